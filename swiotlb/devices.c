/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/devices.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SMALL_FILE_LIMIT 65536
#define PATH_SIZE        400
#define QUEUES_LIMIT     4096
/* linux/virtio_net.h, feature bits */
#define FEATURE_GUEST_TSO4 7
#define FEATURE_GUEST_UFO  10
#define FEATURE_MERGEABLE  15

/* Entries of the receive ring; 0 if the driver does not tell. */
static uint64_t ring_of(int fd, const char *name)
{
    struct ethtool_ringparam rings = { .cmd = ETHTOOL_GRINGPARAM };
    struct ifreq request = { .ifr_data = (void *)&rings };

    if (fd < 0 || strlen(name) >= sizeof(request.ifr_name))
        return 0;
    memcpy(request.ifr_name, name, strlen(name) + 1);
    return ioctl(fd, SIOCETHTOOL, &request) == 0 ? rings.rx_pending : 0;
}

/* Whether the card of a virtio device merges receive buffers: a string of '0' and '1', bit 0 first.
 * Without merging but with segmentation each entry holds a whole 64 KiB packet. */
static enum answer mergeable(const struct root *root, const char *name)
{
    struct file_content content = { 0 };
    enum answer answer = ANSWER_UNKNOWN;
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "/sys/class/net/%s/device/features", name);
    if (root_read_file(root, path, SMALL_FILE_LIMIT, &content, NULL) == TDX_OK &&
        content.size > FEATURE_MERGEABLE) {
        answer = ANSWER_YES;
        if (content.data[FEATURE_MERGEABLE] == '0')
            for (size_t bit = FEATURE_GUEST_TSO4; bit <= FEATURE_GUEST_UFO; bit++)
                if (content.data[bit] == '1')
                    answer = ANSWER_NO;
    }
    file_content_free(&content);
    return answer;
}

static uint64_t queues_of(const struct root *root, const char *name)
{
    struct root_names names = { 0 };
    char path[PATH_SIZE];
    uint64_t queues = 0;

    (void)snprintf(path, sizeof(path), "/sys/class/net/%s/queues", name);
    if (root_list_folder(root, path, QUEUES_LIMIT, &names, NULL) == TDX_OK)
        for (size_t i = 0; i < names.count; i++)
            queues += strncmp(names.names[i], "rx-", 3) == 0 ? 1 : 0;
    root_names_free(&names);
    return queues;
}

/* Bridges, tunnels, loop and dm devices have no device behind them and map nothing themselves. */
static bool has_device(const struct root *root, const char *folder, const char *name)
{
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "/sys/%s/%s/device", folder, name);
    return root_exists(root, path);
}

static bool read_nics(const struct root *root, struct swiotlb_facts *facts)
{
    struct root_names names = { 0 };
    bool known =
        root_list_folder(root, "/sys/class/net", SWIOTLB_NAMES_LIMIT, &names, NULL) == TDX_OK;
    /* Only the kernel that runs can be asked; an image is not asked about our cards. */
    int fd = known && root->live ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.names[i];
        struct swiotlb_nic nic = { 0 };

        if (!has_device(root, "class/net", name))
            continue;
        nic.queues = queues_of(root, name);
        nic.ring = ring_of(fd, name);
        if (nic.ring == 0)
            nic.ring = SWIOTLB_RING_GUESS;
        nic.mergeable = mergeable(root, name);
        if (nic.ring > facts->largest_ring)
            facts->largest_ring = nic.ring;
        swiotlb_demand_add_nic(&facts->demand, &nic);
    }
    if (fd >= 0)
        (void)close(fd);
    root_names_free(&names);
    return known;
}

static bool read_disks(const struct root *root, struct swiotlb_facts *facts)
{
    struct root_names names = { 0 };
    bool known = root_list_folder(root, "/sys/block", SWIOTLB_NAMES_LIMIT, &names, NULL) == TDX_OK;

    for (size_t i = 0; i < names.count; i++) {
        struct file_content content = { 0 };
        struct maybe_u64 kib = { 0 };
        char path[PATH_SIZE];

        if (!has_device(root, "block", names.names[i]))
            continue;
        swiotlb_demand_add_disks(&facts->demand, 1);
        (void)snprintf(path, sizeof(path), "/sys/block/%s/queue/max_sectors_kb", names.names[i]);
        if (root_read_file(root, path, SMALL_FILE_LIMIT, &content, NULL) == TDX_OK)
            kib = number_in_file(file_content_span(&content));
        file_content_free(&content);
        if (kib.known && number_multiply(kib.value, 1024) > facts->largest_request.value)
            facts->largest_request = maybe_u64(number_multiply(kib.value, 1024));
    }
    root_names_free(&names);
    return known;
}

void swiotlb_devices_read(const struct root *root, struct swiotlb_facts *facts)
{
    facts->demand = (struct swiotlb_demand){ 0 };
    facts->devices_known = read_nics(root, facts);
    if (facts->devices_known && !read_disks(root, facts))
        facts->devices_known = false;
    swiotlb_demand_finish(&facts->demand);
}

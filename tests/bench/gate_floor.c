/* SPDX-License-Identifier: Apache-2.0 */
/* A process that does what tdx-gate-check cannot do without, and nothing else: it links the same
 * libraries, starts OpenSSL as leanly, reads its inputs from a file, and checks the signatures.
 *     gate_floor --make FILE                   writes keys, messages and signatures
 *     gate_floor FILE cold|warm+leaf [DEVICE]  takes two TD reports from DEVICE, as a login that
 *                                              shares a quote does; checks the signatures */
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/crypto.h"
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/evidence/provider.h"
#include "tests/bench/floor.h"

#define FILE_LIMIT ((size_t)1 << 20)

static int make(const char *path)
{
    struct floor_work work;
    struct text text = { 0 };
    enum tdx_status status;

    if (!floor_init(&work))
        return 1;
    text_add_n(&text, (const char *)work.point, sizeof(work.point));
    for (size_t i = 0; i < FLOOR_SIGNATURES_MAX; i++) {
        const size_t sizes[] = { work.signed_by[i].size, work.signed_by[i].signature_size };

        text_add_n(&text, (const char *)sizes, sizeof(sizes));
        text_add_n(&text, (const char *)work.signed_by[i].message, sizes[0]);
        text_add_n(&text, (const char *)work.signed_by[i].signature, sizes[1]);
    }
    status = file_replace(path, text_span(&text), 0644, NULL);
    text_free(&text);
    floor_clear(&work);
    return status == TDX_OK ? 0 : 1;
}

static bool load(const struct file_content *content, struct floor_work *work)
{
    struct bytes in = bytes_over_span(file_content_span(content));

    *work = (struct floor_work){ 0 };
    bytes_copy(&in, work->point, sizeof(work->point));
    for (size_t i = 0; i < FLOOR_SIGNATURES_MAX; i++) {
        work->signed_by[i].size = (size_t)bytes_u64(&in);
        work->signed_by[i].signature_size = (size_t)bytes_u64(&in);
        if (work->signed_by[i].size > FILE_LIMIT ||
            work->signed_by[i].signature_size > sizeof(work->signed_by[i].signature))
            return false;
        work->signed_by[i].message = malloc(work->signed_by[i].size);
        if (work->signed_by[i].message == NULL)
            return false;
        bytes_copy(&in, work->signed_by[i].message, work->signed_by[i].size);
        bytes_copy(&in, work->signed_by[i].signature, work->signed_by[i].signature_size);
    }
    return bytes_complete(&in) &&
           p256_key_import(&work->curve, work->point, TDX_INTERNAL, &work->key, NULL) == TDX_OK;
}

static bool take_reports(const char *device)
{
    static const uint8_t report_data[TD_REPORT_DATA_SIZE] = "floor";
    const struct evidence_paths paths = { .device = device };
    uint8_t raw[TD_REPORT_SIZE];

    for (int i = 0; i < 2; i++)
        if (evidence_td_report(&paths, report_data, raw, NULL) != TDX_OK)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    struct file_content content = { 0 };
    struct floor_work work;
    enum floor_mode mode = FLOOR_COLD;

    if (argc != 3 && argc != 4)
        return 2;
    if (strcmp(argv[1], "--make") == 0)
        return make(argv[2]);
    if (strcmp(argv[2], floor_name(FLOOR_WARM_LEAF)) == 0)
        mode = FLOOR_WARM_LEAF;
    if (crypto_start_lean(NULL) != TDX_OK ||
        file_read(argv[1], FILE_LIMIT, 0, &content, NULL) != TDX_OK || !load(&content, &work) ||
        json_object_put(json_object_new_object()) != 1 || (argc == 4 && !take_reports(argv[3])))
        _exit(3);
    _exit(floor_run(&work, mode) ? 0 : 1);
}

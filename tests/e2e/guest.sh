# shellcheck shell=bash
# Makes this machine look like a TDX guest of Alibaba Cloud Linux 3 to whoever reads files, inside the
# private world of lib.sh. Sourced after lib.sh; dress_as_guest() comes after private_world().
#
# What comes from where:
#     TD report, quote, collateral   the simulator, through the paths in gate.conf; configfs-tsm is
#                                    its folder, mounted where the kernel has its own
#     cpuinfo, command line, kernel  this machine's files with what a guest has in place of what this
#     release, boot configuration,   one has; mounted over the real ones, so that the program reads
#     UEFI, event log, bounce buffer the paths it always reads
#     PCI devices, network cards     none
#     sshd, PAM, systemd's units     real files, private to this world
# What cannot be put in place by a mount stays as it is: the CPUID instruction, the kernel's log, the
# kernel's clock discipline. Tests say how they deal with it.
# shellcheck disable=SC2154 # W, sim, port and top_builddir are lib.sh's

guest_release=5.10.134-19.1.al8.x86_64

# cover PATH: standard input becomes the file at PATH, which must be there
cover() {
    local copy
    copy=$(mktemp "$W/cover.XXXXXX")
    cat >"$copy"
    chmod 644 "$copy"
    mount --bind "$copy" "$1"
}

# extend FIRST NEXT: SHA-384 of both, hexadecimal; how an RTMR grows
extend() { printf '%b' "$(printf '%s%s' "$1" "$2" | sed 's/../\\x&/g')" | sha384sum | cut -d' ' -f1; }

# little NUMBER: four bytes
little() { printf '%b' "$(printf '%08x' "$1" | sed 's/\(..\)\(..\)\(..\)\(..\)/\\x\4\\x\3\\x\2\\x\1/')"; }

# An event log with one event in each of RTMR0, 1 and 2, and the RTMRs it leads to: measured[0..2].
# Format: TCG EFI protocol specification, crypto agile log; index n + 1 is RTMRn (CCEL).
make_event_log() {
    local zero digest register
    zero=$(printf '00%.0s' {1..48})
    measured=()
    {
        # The specification id event: SHA-1's old form, then "Spec ID Event03", one algorithm, SHA-384.
        little 1 && little 3 && printf '%b' "$(printf '\\x00%.0s' {1..20})" && little 33
        printf 'Spec ID Event03\0' && little 0 && printf '\0\2\0\2'
        little 1 && printf '\x0c\0\x30\0' && printf '\0'
        for register in 0 1 2; do
            digest=$(printf 'event of register %s' "$register" | sha384sum | cut -d' ' -f1)
            little $((register + 1)) && little 13 && little 1 && printf '\x0c\0'
            printf '%b' "$(printf '%s' "$digest" | sed 's/../\\x&/g')"
            little 5 && printf 'event'
        done
    } >"$1"
    for register in 0 1 2; do
        digest=$(printf 'event of register %s' "$register" | sha384sum | cut -d' ' -f1)
        measured+=("$(extend "$zero" "$digest")")
    done
}

guest_firmware() {
    private_folder /sys/firmware/efi
    private_folder /sys/firmware/acpi/tables
    mkdir /sys/firmware/acpi/tables/data
    printf 'CCEL' >/sys/firmware/acpi/tables/CCEL
    make_event_log /sys/firmware/acpi/tables/data/CCEL
    # shellcheck disable=SC2034 # for who sources it
    guest_knobs=("rtmr0=${measured[0]}" "rtmr1=${measured[1]}" "rtmr2=${measured[2]}"
        "mrservicetd=$(printf '00%.0s' {1..48})")
}

guest_kernel() {
    local line='BOOT_IMAGE=(hd0,gpt3)/boot/vmlinuz root=/dev/vda3 ro console=ttyS0,115200n8'
    sed 's/^flags.*/& tdx_guest/' /proc/cpuinfo >"$W/cpuinfo"
    cover /proc/cpuinfo <"$W/cpuinfo"
    cover /proc/cmdline <<<"$line"
    cover /proc/sys/kernel/osrelease <<<"$guest_release"
    cover /proc/sys/kernel/panic <<<0
    cover /sys/devices/system/clocksource/clocksource0/current_clocksource <<<tsc
    private_folder /boot
    printf 'CONFIG_INTEL_TDX_GUEST=y\nCONFIG_TDX_GUEST_DRIVER=y\n' >"/boot/config-$guest_release"
    private_folder /lib/modules
    mkdir "/lib/modules/$guest_release"
    private_folder /sys/kernel/debug/swiotlb
    echo 524288 >/sys/kernel/debug/swiotlb/io_tlb_nslabs
    echo 1024 >/sys/kernel/debug/swiotlb/io_tlb_used
    echo 65536 >/sys/kernel/debug/swiotlb/io_tlb_used_hiwater
    private_folder /sys/bus/pci/devices
    private_folder /sys/class/net
}

guest_driver() {
    mknod -m 600 /dev/tdx_guest c 10 125
    private_folder /sys/kernel/config
    mkdir /sys/kernel/config/tsm
    mount --rbind "$W/sim/tsm" /sys/kernel/config/tsm
}

# A policy that pins the MRTD and nothing else, so that the knobs for the rest meet one check each.
guest_policy() {
    "$top_builddir/attest/tdx-attest" policy new --device "$W/sim/tdx_guest" --pin mrtd \
        --out "$W/pinned.json" -q &&
        jq 'del(.policy_array[].reference | .tdx_attributes, .tdx_attributes_mask)' \
            "$W/pinned.json" >"$W/policy.json"
    chmod 644 "$W/policy.json"
    write_conf "policy = $W/policy.json"
}

guest_system() {
    local wants
    mkdir -p /var/log/journal
    private_folder /etc/systemd/system
    wants=/etc/systemd/system/timers.target.wants
    mkdir "$wants"
    ln -s /usr/lib/systemd/system/tdx-collateral.timer "$wants"
    ln -s /usr/lib/systemd/system/tdx-healthcheck.timer "$wants"
    private_folder "$(where tdxconfdir)"
    cp "$W/gate.conf" "$(where tdxconfdir)"
    private_folder "$(where tdxdatadir)/platforms.d"
    cp "$top_srcdir"/contrib/platforms.d/*.conf "$(where tdxdatadir)/platforms.d"
}

# The gate as it is installed: its files in their places, and a line that names no others.
guest_gate() {
    private_folder "$(where tdxlibexecdir)"
    cp "$check" "$(where tdxlibexecdir)"
    pam_stack "[success=ok new_authtok_reqd=bad ignore=bad default=bad] $module"
}

dress_as_guest() {
    guest_gate
    guest_firmware
    guest_kernel
    guest_driver
    guest_policy
    guest_system
}

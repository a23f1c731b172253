# shellcheck shell=bash
# Roots for the tests of tdx-grub, in a private mount namespace: layouts of RHEL 8, RHEL 9 and
# Debian, and what they are compared by. Sourced by the tests beside it.
# shellcheck disable=SC2034 # who sources it uses tool, preload and the like
tool=$(cd "${top_builddir:-.}" && pwd)/grub-tool/tdx-grub
preload=$(cd "${top_builddir:-.}" && pwd)/tests/e2e/.libs/libkillat.so

if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
    echo "1..0 # SKIP needs root and a mount namespace"
    exit 0
fi
[ "${GRUB_TEST_INSIDE:-}" = 1 ] ||
    GRUB_TEST_INSIDE=1 exec unshare --mount --propagation private bash "$0" "$@"

W=$(mktemp -d)
trap 'umount -R "$W" 2>/dev/null; rm -rf "$W"' EXIT
mount -t tmpfs -o size=200m tmpfs "$W"
R=$W/root
count=0

check() {
    local name=$1 said
    shift
    count=$((count + 1))
    if said=$("$@" 2>&1); then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        printf '%s\n' "$said" | tail -25 | sed 's/^/# /'
    fi
}
skip() {
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

# --- roots ---------------------------------------------------------------------------------------
id=289800cb8b604e6ba20ec84f5d4e1081

block() { # an environment block with the lines given
    local text
    text=$(printf '# GRUB Environment Block\n%s\n' "$1"; echo x)
    text=${text%x}
    printf '%s' "$text"
    head -c $((1024 - ${#text})) /dev/zero | tr '\0' '#'
}

bls_root() { # $1: el8 or el9; /boot on the root file system, a stub on the system partition
    rm -rf "$R"
    mkdir -p "$R"/etc/default "$R"/etc/kernel "$R"/boot/{grub2,loader/entries,efi/EFI/redhat}
    printf 'ID="rhel"\n' >"$R/etc/os-release"
    printf 'GRUB_TIMEOUT=1\nGRUB_DEFAULT=saved\nGRUB_CMDLINE_LINUX="console=ttyS0 quiet"\nGRUB_ENABLE_BLSCFG=true\n' >"$R/etc/default/grub"
    printf 'search --no-floppy --set prefix --file /boot/grub2/grub.cfg\nset prefix=($prefix)/boot/grub2\nconfigfile $prefix/grub.cfg\n' >"$R/boot/efi/EFI/redhat/grub.cfg"
    printf '### BEGIN /etc/grub.d/00_header ###\nif [ -s $prefix/grubenv ]; then\n  load_env\nfi\nset default="${saved_entry}"\nsearch --no-floppy --fs-uuid --set=root 1234\nif [ -z "${kernelopts}" ]; then\n  set kernelopts="root=UUID=1234 ro console=ttyS0 quiet "\nfi\nblscfg\n' >"$R/boot/grub2/grub.cfg"
    local v options='root=UUID=1234 ro console=ttyS0 quiet'
    [ "$1" = el9 ] || options='$kernelopts $tuned_params'
    for v in 5.14.0-2 5.14.0-1 0-rescue; do
        printf 'title Linux %s\nversion %s\nlinux /boot/vmlinuz-%s\ninitrd /boot/initramfs-%s.img\noptions %s\n' $v $v $v $v "$options" >"$R/boot/loader/entries/$id-$v.conf"
    done
    if [ "$1" = el8 ]; then
        block "saved_entry=$id-5.14.0-2
kernelopts=root=UUID=1234 ro console=ttyS0 quiet 
boot_success=0" >"$R/boot/grub2/grubenv"
    else
        block "saved_entry=$id-5.14.0-2" >"$R/boot/grub2/grubenv"
        echo 'root=UUID=1234 ro console=ttyS0 quiet' >"$R/etc/kernel/cmdline"
    fi
    chmod 640 "$R/etc/default/grub"
    find "$R" -type f -exec touch -d '2024-03-01 10:20:30.123456789' {} +
}

# Content, mode, owner and time of everything but the tool's own store; sockets and pipes aside.
contents() { (cd "$R" && find . -path ./var/lib/tdx-gate -prune -o -type f -print0 | sort -z | xargs -0 cksum); }
state() { (cd "$R" && find . -path ./var/lib/tdx-gate -prune -o -type f -printf '%p %m %U %G %T@\n' | sort); contents; }
set_value() { "$tool" set-swiotlb --mib 1024 --root "$R" "$@"; }

boots_with() { # every entry that is no way back boots with $1 (null: none)
    "$tool" show --root "$R" --format json >"$W/show.json" || return 1
    python3 - "$1" "$W/show.json" <<'EOF'
import json, sys
shown = json.load(open(sys.argv[2]))
wanted = None if sys.argv[1] == 'null' else int(sys.argv[1])
wrong = [e['id'] for e in shown['entries'] if not e['rescue'] and e['swiotlb'] != wanted]
print('wrong:', wrong, 'of', len(shown['entries']))
sys.exit(bool(wrong) or not shown['default_entry'])
EOF
}

# --- what goes wrong ------------------------------------------------------------------------------
preloaded() { LD_PRELOAD=$preload "$@"; }
can_preload() { [ -f "$preload" ] && ! LD_PRELOAD=$preload "$tool" --version 2>&1 | grep -q Sanitizer; }

count_calls() {
    bls_root "$1"
    rm -f "$W/calls"
    COUNT_FILE=$W/calls preloaded "$tool" set-swiotlb --mib 1024 --root "$R" -q >/dev/null || return 1
    cat "$W/calls"
}

# --- real generators ------------------------------------------------------------------------------
fetch_grub() { # Debian's grub-mkconfig and its helpers below $W/deb
    mkdir -p "$W/deb" "$W/work"
    if [ -x /usr/sbin/grub-mkconfig ] && [ -d /etc/grub.d ]; then
        mkdir -p "$W/deb/usr" "$W/deb/etc" && cp -a /etc/grub.d "$W/deb/etc/"
        return
    fi
    (cd "$W/work" && apt-get download grub-common grub2-common >/dev/null 2>&1 &&
        for deb in ./*.deb; do dpkg-deb -x "$deb" "$W/deb"; done)
}
system_root() { # a root that can run programs: this machine's /usr under GRUB's own files
    rm -rf "$R" "$W/upper" "$W/ovl"
    mkdir -p "$R"/{usr,etc/default,boot/grub,boot/efi/EFI/debian,dev,proc,tmp,var,run,root} "$W/upper/sbin" "$W/ovl"
    cat >"$W/upper/sbin/grub-probe" <<'EOF'
#!/bin/sh
for word; do case $word in --target=*) target=${word#--target=} ;; esac; done
case $target in
device) echo /dev/vda1 ;; fs_uuid) echo 1234 ;; partuuid) echo 33 ;; fs) echo ext2 ;; partmap) echo gpt ;;
abstraction) ;; *hints*|compatibility_hint) echo hd0,gpt1 ;; fs_label|drive) echo x ;; *) exit 1 ;;
esac
EOF
    chmod 755 "$W/upper/sbin/grub-probe"
    mount -t overlay overlay -o "lowerdir=$W/upper:$W/deb/usr:/usr" "$R/usr" || return 1
    local link
    for link in bin lib lib64 sbin; do
        if [ -L "/$link" ]; then cp -P "/$link" "$R/"; elif [ -d "/$link" ]; then mkdir "$R/$link" && mount --bind "/$link" "$R/$link"; fi
    done
    [ ! -e /etc/alternatives ] || cp -a /etc/alternatives "$R/etc/"
    cp -a "$W/deb/etc/grub.d" "$R/etc/"
    mknod -m 666 "$R/dev/null" c 1 3 2>/dev/null || : >"$R/dev/null"
    mount --bind /dev/null "$R/dev/null" 2>/dev/null
    printf 'ID=debian\n' >"$R/etc/os-release"
    printf 'GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\nGRUB_DISTRIBUTOR=`echo Debian`\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX="console=ttyS0"\n' >"$R/etc/default/grub"
    local v
    for v in 6.1.0-9-amd64 6.1.0-10-amd64; do echo x >"$R/boot/vmlinuz-$v"; echo x >"$R/boot/initrd.img-$v"; done
    printf 'search.fs_uuid 1234 root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n' >"$R/boot/efi/EFI/debian/grub.cfg"
}
leave_root() { umount -R "$R" 2>/dev/null; mountpoint -q "$R/usr" && umount -R "$R/usr"; mountpoint -q "$R/dev/null" && umount "$R/dev/null"; true; }
debian_root() {
    leave_root
    system_root && chroot "$R" /usr/sbin/grub-mkconfig -o /boot/grub/grub.cfg
}
boot_state() { (cd "$R" && find boot etc/default -type f -print0 | sort -z | xargs -0 sh -c 'for f; do stat -c "%n %a %y" "$f"; cksum <"$f"; done' sh); }

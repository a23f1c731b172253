# shellcheck shell=bash
# Which packages the quickstart needs, by package manager, and how they are installed.
# Sourced by ./quickstart, which provides say and as_root.

# packages_for MANAGER PURPOSE: yum (RHEL 8, Alibaba Cloud Linux 3) has dnf's names.
packages_for() {
    case $1-$2 in
    apt-get-build)
        echo gcc make autoconf automake libtool pkg-config libc6-dev libpam0g-dev libssl-dev \
            libcurl4-openssl-dev libjson-c-dev libfuse3-dev ca-certificates
        ;;
    apt-get-demo) echo fuse3 openssh-server openssh-client openssl procps util-linux sshpass ;;
    apt-get-test)
        echo libcmocka-dev clang clang-format "$(clang_runtime)" llvm cppcheck shellcheck mandoc \
            debootstrap jose python3-jwcrypto python3-authlib python3-jsonschema faketime jq \
            sudo python3 grub-common xz-utils curl prometheus cpio busybox-static qemu-system-x86 strace file \
            binutils diffutils dash bash rpm patch
        ;;
    *-build)
        echo gcc make autoconf automake libtool pkgconf-pkg-config glibc-devel pam-devel \
            openssl-devel libcurl-devel json-c-devel fuse3-devel ca-certificates
        ;;
    *-demo) echo fuse3 openssh-server openssh-clients openssl procps-ng util-linux sshpass ;;
    *-test)
        echo libcmocka-devel clang clang-tools-extra compiler-rt llvm cppcheck ShellCheck mandoc \
            debootstrap jose libfaketime jq sudo python3 python3-jsonschema grub2-tools xz curl \
            golang-github-prometheus cpio busybox qemu-system-x86-core strace file binutils \
            diffutils dash bash rpm patch
        ;;
    esac
}

# Debian numbers the package of the sanitizers' runtime like the compiler it belongs to.
clang_runtime() {
    apt-cache depends clang | sed -n 's/^ *Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p'
}

package_manager() {
    local manager
    for manager in apt-get dnf yum; do
        if command -v "$manager" >/dev/null 2>&1; then
            echo "$manager"
            return
        fi
    done
    echo none
}

# Debian starts a service as soon as it is installed. The demo wants sshd's program, not a daemon
# on port 22: services stay off while we install, and one that came with us stays disabled.
apt_install() {
    local policy=/usr/sbin/policy-rc.d had_sshd=no ours=no code=0
    [ -x /usr/sbin/sshd ] && had_sshd=yes
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        ours=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" \
        >"$package_log" 2>&1 || code=$?
    [ "$ours" = no ] || as_root rm -f "$policy"
    if [ "$had_sshd" = no ] && [ -x /usr/sbin/sshd ] && command -v systemctl >/dev/null 2>&1; then
        as_root systemctl disable ssh.service >/dev/null 2>&1 || true # no systemd running: nothing to disable
    fi
    return "$code"
}

missing_apt() {
    local name
    for name in "$@"; do
        dpkg-query -W -f='${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^ii' || printf '%s ' "$name"
    done
}

missing_rpm() {
    local name
    for name in "$@"; do
        rpm -q --whatprovides "$name" >/dev/null 2>&1 || printf '%s ' "$name"
    done
}

# install_packages PURPOSE...: does nothing, and needs no root, where all of them are there.
install_packages() {
    local manager purpose list='' missing
    manager=$(package_manager)
    package_log=$(mktemp)
    # The lists of packages have to be there before apt-cache can be asked.
    if [ "$manager" = apt-get ] && ! apt-cache show clang >/dev/null 2>&1; then
        as_root apt-get update -q >"$package_log" 2>&1 || true # an install that fails will say why
    fi
    for purpose in "$@"; do
        list="$list $(packages_for "$manager" "$purpose")"
    done
    # shellcheck disable=SC2086 # the lists are words
    case $manager in
    apt-get) missing=$(missing_apt $list) ;;
    dnf | yum) missing=$(missing_rpm $list) ;;
    *)
        echo "quickstart: neither apt-get nor dnf nor yum is here; install the equivalents of:" >&2
        echo "  $list" | tr -s ' \n' ' ' >&2
        echo >&2
        rm -f "$package_log"
        return 0
        ;;
    esac
    if [ -n "$missing" ]; then
        say "Installing packages: $missing"
        # shellcheck disable=SC2086
        case $manager in
        apt-get)
            as_root apt-get update -q >"$package_log" 2>&1 &&
                apt_install $missing
            ;;
        *) as_root "$manager" install -y $missing >"$package_log" 2>&1 ;;
        esac || {
            tail -n 20 "$package_log" >&2
            echo "quickstart: the packages could not be installed (whole log: $package_log)" >&2
            return 3
        }
    fi
    rm -f "$package_log"
}

# shellcheck shell=bash
# A real sshd with the gate, in a private mount namespace: its own users, /etc/pam.d, /run, /var/log
# and /dev/log. Nothing on the machine changes, and everything is gone when the namespace is.
# Sourced by the tests beside it and by demo.sh; see private_world() for what it needs.
# shellcheck disable=SC2034,SC2120 # who sources it uses and passes more

top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-.}" && pwd)
sim=$top_builddir/tests/sim/tdx-sim
check=$top_builddir/pam_tdx/tdx-gate-check
double=$top_builddir/tests/unit/gate_double
module=$top_builddir/pam_tdx/.libs/pam_tdx.so
port=${PORT:-22522}

# Why this machine cannot run it; nothing if it can.
why_not() {
    [ "$(id -u)" = 0 ] || { echo "needs root"; return; }
    unshare --mount true 2>/dev/null || { echo "no private mount namespace here"; return; }
    [ -x /usr/sbin/sshd ] && command -v ssh >/dev/null || { echo "needs an OpenSSH server and client"; return; }
    [ -e /dev/fuse ] && [ -x "$sim" ] || { echo "needs the simulator: /dev/fuse and libfuse3"; return; }
    [ -f "$module" ] || echo "$module is not built"
}

# Runs the calling script again in a namespace of its own: enter "$0" "$@"
enter() {
    local reason
    [ "${IN_PRIVATE_WORLD:-}" != 1 ] || return 0
    reason=$(why_not)
    if [ -n "$reason" ]; then
        echo "1..0 # SKIP $reason"
        exit 0
    fi
    IN_PRIVATE_WORLD=1 exec unshare --mount --propagation private "${BASH:-bash}" "$@"
}

# where VARIABLE: what configure has made of a folder's name
where() {
    make -s -C "$top_builddir" --no-print-directory -o Makefile \
        --eval "where-is-it: ; @echo \$($1)" where-is-it | tail -n 1
}

# Makes PATH an empty folder that only we see, whether or not it exists.
private_folder() {
    local path=$1 above entry name shadow
    if [ -d "$path" ]; then
        mount -t tmpfs -o mode=755 tmpfs "$path"
        return
    fi
    above=$(dirname "$path")
    while [ ! -d "$above" ]; do above=$(dirname "$above"); done
    shadow=$(mktemp -d "$W/shadow.XXXXXX")
    chmod 755 "$shadow"
    for entry in "$above"/* "$above"/.[!.]*; do
        name=$shadow/${entry##*/}
        if [ -L "$entry" ]; then
            cp -P "$entry" "$name"
        elif [ -d "$entry" ]; then
            mkdir "$name" && mount --rbind "$entry" "$name"
        elif [ -e "$entry" ]; then
            : >"$name" && mount --bind "$entry" "$name"
        fi
    done
    mount --rbind "$shadow" "$above"
    mkdir -p "$path"
}

private_dev() {
    local node
    mkdir "$W/dev"
    for node in null zero full random urandom tty fuse ptmx; do
        [ -e "/dev/$node" ] || continue
        : >"$W/dev/$node"
        mount --bind "/dev/$node" "$W/dev/$node"
    done
    mkdir "$W/dev/pts" "$W/dev/shm"
    [ ! -d /dev/pts ] || mount --bind /dev/pts "$W/dev/pts"
    ln -s /proc/self/fd "$W/dev/fd"
    mount --rbind "$W/dev" /dev
}

# Users: gateuser (password "secret", home $W/home) and rescuer in the group rescue.
private_users() {
    # "secret", with openssl passwd -6
    # shellcheck disable=SC2016
    local hash='$6$tdxgatetests$4i6ePqu2TdNiOlNvotYnlbalchyG2H4/HyE3MVqxzmGftHOW4WU0vHhaFEkck5/bL17tbXEJExYRrFBSH7qCF1'
    mkdir -p "$W/etc" "$W/home/.ssh" "$W/pam.d"
    cp -a /etc/passwd /etc/shadow /etc/group "$W/etc"
    cp -a /etc/pam.d/. "$W/pam.d"
    {
        echo "gateuser:x:54321:54321::$W/home:/bin/sh"
        echo "rescuer:x:54322:54322::$W/home:/bin/sh"
    } >>"$W/etc/passwd"
    {
        echo 'gateuser:x:54321:'
        echo 'rescuer:x:54322:'
        echo 'rescue:x:54323:rescuer'
    } >>"$W/etc/group"
    {
        echo "gateuser:$hash:19000:0:99999:7:::"
        echo "rescuer:$hash:19000:0:99999:7:::"
    } >>"$W/etc/shadow"
    for file in passwd shadow group; do mount --bind "$W/etc/$file" "/etc/$file"; done
    mount --bind "$W/pam.d" /etc/pam.d
    printf '#!/bin/sh\necho secret\n' >"$W/askpass"
    chmod 755 "$W/askpass"
}

start_sshd() {
    ssh-keygen -q -t ed25519 -N '' -f "$W/hostkey"
    ssh-keygen -q -t ed25519 -N '' -f "$W/key"
    cp "$W/key.pub" "$W/home/.ssh/authorized_keys"
    chown -R 54321:54321 "$W/home"
    chmod 711 "$W/home"
    chmod 755 "$W/home/.ssh"
    chmod 644 "$W/home/.ssh/authorized_keys"
    cat >"$W/sshd_config" <<CONFIG
ListenAddress 127.0.0.1
Port $port
HostKey $W/hostkey
PidFile none
UsePAM yes
StrictModes no
PasswordAuthentication yes
KbdInteractiveAuthentication yes
UseDNS no
MaxStartups 300
LogLevel VERBOSE
${SSHD_EXTRA:-}
CONFIG
    # OpenSSH 9.8 and later: a refusal is counted as a failed attempt of this address
    if /usr/sbin/sshd -t -f "$W/sshd_config" -o PerSourcePenalties=no 2>/dev/null; then
        echo 'PerSourcePenalties no' >>"$W/sshd_config"
    fi
    /usr/sbin/sshd -D -f "$W/sshd_config" -E "$W/sshd.log" &
    sshd_pid=$!
    for _ in $(seq 100); do
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
        sleep 0.05
    done
    echo "Bail out! sshd does not start: $(tail -3 "$W/sshd.log")"
    exit 1
}

# Everything at once. Sets W, state (the folder of the rollback floor), sshd_pid, sink_pid; leaves a cleanup for the end of the script.
private_world() {
    umask 022
    W=$(mktemp -d)
    mount -t tmpfs -o mode=755 tmpfs "$W"
    trap leave_world EXIT
    trap 'exit 1' INT TERM HUP
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p /run/sshd /run/sudo
    mount -t tmpfs -o mode=755 tmpfs /var/log
    state=$(where localstatedir)/lib/tdx-gate
    private_folder "$state"
    private_dev
    private_users
    "$top_builddir/tests/e2e/syslog_sink" /dev/log "$W/syslog" &
    sink_pid=$!
    mkdir "$W/sim"
    "$sim" serve --dir "$W/sim" --background --pccs --parent-pid $$
    fresh_collateral
    "$sim" write-root --dir "$W/sim" --out "$W/root.pem"
    write_conf
    pam_stack "$(gate_line)"
    start_sshd
}

leave_world() {
    local code=$?
    [ -z "${sshd_pid:-}" ] || kill "$sshd_pid" 2>/dev/null
    [ ! -S "$W/sim/control.sock" ] || "$sim" stop --dir "$W/sim" >/dev/null 2>&1
    [ -z "${sink_pid:-}" ] || kill "$sink_pid" 2>/dev/null
    umount -l "$W" 2>/dev/null
    rmdir "$W" 2>/dev/null
    exit "$code"
}

# --- the gate -----------------------------------------------------------------------------------------

fresh_collateral() {
    rm -f "$W/bundle.json"
    "$sim" write-collateral --dir "$W/sim" --out "$W/bundle.json"
    chmod 644 "$W/bundle.json"
}

# Turns knobs of the simulated platform, and fetches collateral as the timer would.
knobs() {
    "$sim" set --dir "$W/sim" "$@" >/dev/null
    fresh_collateral
}

# write_conf [LINE]...: gate.conf for the simulator, and these lines
write_conf() {
    rm -f "$W/gate.conf"
    {
        echo "device = $W/sim/tdx_guest"
        echo "tsm = $W/sim/tsm/report"
        echo "attest_conf = $W/none.conf"
        echo "collateral = $W/bundle.json"
        echo "trust_anchor = $W/root.pem"
        printf '%s\n' "$@"
    } >"$W/gate.conf"
    chmod 644 "$W/gate.conf"
}

# gate_line [ARGUMENT]...: what stands behind the facility in /etc/pam.d/sshd
gate_line() {
    echo "[success=ok new_authtok_reqd=bad ignore=bad default=bad] $module config=$W/gate.conf helper=${helper:-$check} $*"
}

# pam_stack ACCOUNT [AUTH [SESSION [SERVICE]]]: writes the service; "" leaves the gate out there
pam_stack() {
    {
        [ -z "${2:-}" ] || echo "auth $2"
        echo 'auth required pam_unix.so nodelay'
        [ -z "$1" ] || echo "account $1"
        echo 'account required pam_unix.so'
        [ -z "${3:-}" ] || echo "session $3"
        echo 'session required pam_unix.so'
        echo 'password required pam_deny.so'
    } >"$W/pam.d/.new"
    mv "$W/pam.d/.new" "$W/pam.d/${4:-sshd}"
}

# login METHOD [COMMAND...]: ssh as ${user:-gateuser}; stderr in $W/client.err; returns ssh's code
login() {
    local method=$1 options
    shift
    options=(-F none -p "$port" -o StrictHostKeyChecking=no -o "UserKnownHostsFile=$W/known_hosts"
        -o LogLevel=INFO -o NumberOfPasswordPrompts=1 -o ConnectTimeout=30
        -o "PreferredAuthentications=$method")
    if [ "$method" = publickey ]; then
        options+=(-i "$W/key" -o IdentitiesOnly=yes)
    else
        options+=(-o PubkeyAuthentication=no)
    fi
    # setsid: without a terminal older clients ask SSH_ASKPASS as well
    SSH_ASKPASS=$W/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=:0 SSH_AUTH_SOCK='' \
        setsid -w ssh "${options[@]}" "${user:-gateuser}@127.0.0.1" "${@:-true}" </dev/null 2>"$W/client.err"
}

forget_logs() {
    : >"$W/syslog"
    : >"$W/sshd.log"
}

# logged TEXT: waits a moment for a line of the module's with it
logged() {
    for _ in $(seq 40); do
        grep -F 'pam_tdx(' "$W/syslog" | grep -qF -- "$1" && return 0
        sleep 0.05
    done
    return 1
}

# sentence ID: what a refused user reads
sentence() {
    awk -v id="$1" -F'"' '$0 ~ "\"" id "\"" { found = 1 }
        found { for (i = 2; i <= NF; i += 2) if ($i != id && $i != "") {
            print "Login refused by tdx-gate: " $i " (" id ")."; exit } }' \
        "$top_srcdir"/core/base/status_*.def
}

# --- TAP ------------------------------------------------------------------------------------------------

tap_number=0
tap_failed=0

# result CODE NAME: one line of TAP; on failure with what client and logs said
result() {
    tap_number=$((tap_number + 1))
    if [ "$1" = 0 ]; then
        echo "ok $tap_number - $2"
        return
    fi
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_number - $2"
    sed 's/^/# client: /' "$W/client.err" 2>/dev/null
    grep -F 'pam_tdx(' "$W/syslog" 2>/dev/null | sed 's/^/# module: /'
    grep -E 'PAM|Accepted|fatal|Failed' "$W/sshd.log" 2>/dev/null | tail -4 | sed 's/^/# sshd:   /'
}

finish() {
    echo "1..$tap_number"
    [ "$tap_failed" = 0 ]
}

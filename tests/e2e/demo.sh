#!/bin/bash
# The gate at work, told to a person: a simulated TD, a real sshd on a loopback port, real logins.
# Accepted; refused with DEBUG on; refused on a revoked platform; accepted again. Exits 0 only if each
# step went as told. Needs root for a private mount namespace; leaves nothing behind.
set -u
top_srcdir=$(cd "$(dirname "$0")/../.." && pwd)
top_builddir=${BUILD:-${top_builddir:-.}}
begin=${DEMO_BEGIN:-$(date +%s%N)}
export top_srcdir top_builddir DEMO_BEGIN=$begin
# shellcheck source=tests/e2e/lib.sh
. "$top_srcdir/tests/e2e/lib.sh"
reason=
[ "${IN_PRIVATE_WORLD:-}" = 1 ] || reason=$(why_not)
if [ -n "$reason" ]; then
    echo "demo: it cannot run here: $reason" >&2
    exit 3
fi
enter "$0" "$@"

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' dim='' green='' red='' plain=''
fi
step=0
wrong=0

# told LABEL TEXT: a labelled text, folded and aligned
told() {
    fold -s -w 84 <<<"$2" | sed -e "1s/^/     ${dim}$(printf '%-7s' "$1")${plain} /" -e '2,$s/^/             /' -e 's/ *$//'
}

# show EXPECTED ID TITLE: logs in and compares with what should happen
show() {
    local expected=$1 id=$2 title=$3 start=$EPOCHREALTIME end verdict color mark
    step=$((step + 1))
    printf '\n%s %d  %s%s\n' "$bold" "$step" "$title" "$plain"
    # shellcheck disable=SC2016 # the server's shell expands it
    told 'client' '$ ssh gateuser@localhost'
    forget_logs
    start=${EPOCHREALTIME/[.,]/}
    # shellcheck disable=SC2016
    if login publickey 'echo "Welcome, $(id -un)."' >"$W/out"; then verdict=accepted; else verdict=refused; fi
    end=${EPOCHREALTIME/[.,]/}
    if logged "$verdict: $id" && [ "$verdict" = "$expected" ]; then
        mark=as-expected
    else
        mark=WRONG
        wrong=$((wrong + 1))
    fi
    color=$green
    [ "$verdict" = accepted ] || color=$red
    told '' "$(cat "$W/out" <(tr -d '\r' <"$W/client.err" | grep -v '^Warning: Permanently added'))"
    told 'log' "$(grep -F 'pam_tdx(' "$W/syslog" | head -1 | sed 's/^.*\(pam_tdx(\)/\1/')"
    printf '     %sresult %s %s%s%s in %d ms%s\n' "$dim" "$plain" "$bold$color" "$verdict" "$plain" \
        $(((end - start) / 1000)) "$([ $mark = as-expected ] || echo "   $bold$red<-- expected: $expected, $id$plain")"
}

printf '%stdx-gate: nobody logs in to a machine that cannot prove that it is a genuine TDX guest%s\n\n' "$bold" "$plain"
cat <<'END'
 Real here: sshd, ssh, PAM, the module, the decision, each signature and date.
 Simulated: the TDX module of the CPU, the host's quoting service, and Intel's certificates
            (so the log says that the root is a custom one).
END
private_world
# The client says this once, and it is not about the gate.
ssh-keyscan -T 5 -p "$port" 127.0.0.1 2>/dev/null >"$W/known_hosts"

show accepted OK 'A genuine TD on a platform that is up to date'
knobs debug=on
show refused TD_DEBUGGABLE 'The same machine, started again with DEBUG on: its host can read its memory'
knobs debug=off revoked=on
show refused PCK_REVOKED 'DEBUG is off again, but Intel has revoked the certificate of this platform'
knobs reset=all
show accepted OK 'Moved to a good platform'

took=$((($(date +%s%N) - begin) / 100000000))
printf '\n'
if [ "$wrong" = 0 ]; then
    printf '%s%s%d of %d logins ended as they should%s, in %d.%d s. Nothing of this is left on the machine.\n' \
        "$bold" "$green" "$step" "$step" "$plain" $((took / 10)) $((took % 10))
else
    printf '%s%s%d of %d logins did not end as they should.%s\n' "$bold" "$red" "$wrong" "$step" "$plain"
fi
[ "$wrong" = 0 ]

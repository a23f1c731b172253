# The gate in real programs: sshd, sudo, su.
EXTRA_DIST += tests/e2e/lib.sh tests/e2e/traps.md
dist_noinst_SCRIPTS += tests/e2e/demo.sh
E2E_TESTS += tests/e2e/sshd.test tests/e2e/hosts.test tests/e2e/quotes.test tests/e2e/adverse.test
# noinst: the demo needs it too
noinst_PROGRAMS += tests/e2e/syslog_sink
tests_e2e_syslog_sink_SOURCES = tests/e2e/syslog_sink.c
tests_e2e_syslog_sink_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

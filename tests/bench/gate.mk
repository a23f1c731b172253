# What the gate costs a login: the helper as a process, the account phase inside PAM, whole logins,
# memory. Needs root (its own mount namespace) and the simulator.
noinst_PROGRAMS += tests/bench/gate_floor tests/bench/process_bench tests/bench/pam_bench
dist_noinst_SCRIPTS += tests/bench/gate_bench

tests_bench_gate_floor_SOURCES = tests/bench/gate_floor.c $(BENCH_FLOOR)
tests_bench_gate_floor_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(JSON_CFLAGS)
tests_bench_gate_floor_LDADD = core/libverify.la core/libevidence.la core/libbase.la $(CRYPTO_LIBS) $(JSON_LIBS)
tests_bench_gate_floor_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_bench_process_bench_SOURCES = tests/bench/process_bench.c $(BENCH_CLOCK)
tests_bench_process_bench_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_bench_pam_bench_SOURCES = tests/bench/pam_bench.c $(BENCH_CLOCK)
tests_bench_pam_bench_LDADD = $(PAM_LIBS)
tests_bench_pam_bench_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

BENCH_LOGINS = 100
BENCH_TARGETS += bench-gate
bench-gate: all
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
		$(top_srcdir)/tests/bench/gate_bench $(BENCH_LOGINS)
.PHONY: bench-gate

# Benchmarks: how much more than its bare signatures a verification costs.
noinst_PROGRAMS += tests/bench/verify_bench
BENCH_CLOCK = tests/bench/clock.c tests/bench/clock.h

tests_bench_verify_bench_SOURCES = tests/bench/verify_bench.c $(BENCH_CLOCK)
tests_bench_verify_bench_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_bench_verify_bench_LDADD = core/libverify.la core/libcollateral.la
tests_bench_verify_bench_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

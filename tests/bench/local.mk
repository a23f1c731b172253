# Benchmarks: how much more than its bare signatures a verification costs.
noinst_PROGRAMS += tests/bench/verify_bench tests/bench/verify_floor
BENCH_CLOCK = tests/bench/clock.c tests/bench/clock.h
BENCH_FLOOR = tests/bench/floor.c tests/bench/floor.h

tests_bench_verify_bench_SOURCES = tests/bench/verify_bench.c tests/bench/modes.c \
	tests/bench/modes.h $(BENCH_CLOCK) $(BENCH_FLOOR)
tests_bench_verify_bench_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_bench_verify_bench_LDADD = core/libverify.la core/libcollateral.la tests/sim/libsim.la \
	$(CRYPTO_LIBS)
tests_bench_verify_bench_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_bench_verify_floor_SOURCES = tests/bench/verify_floor.c $(BENCH_CLOCK) $(BENCH_FLOOR)
tests_bench_verify_floor_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_bench_verify_floor_LDADD = core/libverify.la $(CRYPTO_LIBS)
tests_bench_verify_floor_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# Prints mode, microseconds, floor, ratio, limit, result; fails beyond a limit. Parts that bench
# more add a target to BENCH_TARGETS.
BENCH_RUNS = 2000
BENCH_TARGETS = bench-verify
include tests/bench/gate.mk
include tests/bench/health.mk
bench-verify: tests/bench/verify_bench
	@echo "# verification: mode, microseconds, floor, ratio, limit, result"
	@tests/bench/verify_bench --ratio $(BENCH_RUNS)
bench: $(BENCH_TARGETS)
.PHONY: bench bench-verify

dist_check_SCRIPTS += tests/layers.test tests/headers.test tests/attest_man.test tests/health_cli.test tests/health_command.test tests/health_schema.test tests/health_rules.test tests/cmocka-tap
TESTS += tests/layers.test tests/headers.test tests/attest_man.test tests/health_cli.test tests/health_command.test tests/health_schema.test tests/health_rules.test $(UNIT_TESTS)
EXTRA_DIST += tests/prometheus.rules.yml tests/layers.allow tests/cppcheck.suppress
dist_noinst_SCRIPTS += tests/suite tests/floor

TEST_EXTENSIONS = .test
TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TEST_LOG_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/cmocka-tap
# cmocka speaks TAP itself. top_builddir is where the programs under test lie.
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=tap; export CMOCKA_MESSAGE_OUTPUT; \
	CC='$(CC)'; CPPFLAGS='$(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(JSON_CFLAGS) $(FUSE_CFLAGS)'; \
	export CC CPPFLAGS; \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	TDX_CORPUS="$${TDX_CORPUS:-$(abs_top_srcdir)/../shared/corpus}"; export TDX_CORPUS;

check_PROGRAMS += $(UNIT_TESTS)

# Whole runs: they need root and a machine to themselves, so "make check" leaves them out.
# check-long holds those that take minutes.
check-e2e: all $(check_PROGRAMS) $(check_LTLIBRARIES)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(E2E_TESTS)'
check-long: all $(check_PROGRAMS) $(check_LTLIBRARIES)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(E2E_LONG_TESTS)'
.PHONY: check-e2e check-long
dist_check_SCRIPTS += $(E2E_TESTS) $(E2E_LONG_TESTS)

include tests/unit/base.mk
include tests/unit/health_fixtures.mk
include tests/unit/healthcheck.mk
include tests/unit/appraise.mk
include tests/unit/root.mk
include tests/unit/json.mk
include tests/unit/evidence.mk
include tests/unit/attest.mk
include tests/fuzz/local.mk
include tests/unit/collateral.mk
include tests/e2e/collateral.mk
include tests/sim/local.mk
include tests/unit/sim.mk
include tests/e2e/sim.mk
include tests/e2e/health.mk
include tests/unit/pam.mk
include tests/unit/swiotlb.mk
include tests/unit/grub.mk
include tests/unit/verify.mk
include tests/bench/local.mk
include tests/e2e/qemu.mk
include tests/e2e/grub.mk

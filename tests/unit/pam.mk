dist_check_SCRIPTS += tests/module.test
TESTS += tests/module.test
if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_verdict tests/unit/test_pam_retval tests/unit/test_pam_host
check_PROGRAMS += tests/unit/gate_double

UNIT_TESTS += tests/unit/test_gate_conf
tests_unit_test_gate_conf_SOURCES = tests/unit/test_gate_conf.c
tests_unit_test_gate_conf_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_gate_conf_LDADD = pam_tdx/libgate.la core/libverify.la core/libevidence.la \
	core/libbase.la $(CMOCKA_LIBS) $(CRYPTO_LIBS)

UNIT_TESTS += tests/unit/test_gate_sandbox
tests_unit_test_gate_sandbox_SOURCES = tests/unit/test_gate_sandbox.c
tests_unit_test_gate_sandbox_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_gate_sandbox_LDADD = pam_tdx/libgate.la core/libbase.la $(CMOCKA_LIBS) $(CRYPTO_LIBS)

UNIT_TESTS += tests/unit/test_gate_verify
tests_unit_test_gate_verify_SOURCES = tests/unit/test_gate_verify.c
tests_unit_test_gate_verify_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_gate_verify_LDADD = pam_tdx/libgate.la core/libcollateral.la core/libappraise.la \
	core/libverify.la core/libevidence.la core/libbase.la \
	$(CMOCKA_LIBS) $(CRYPTO_LIBS)

tests_unit_gate_double_SOURCES = tests/unit/gate_double.c
tests_unit_gate_double_LDADD = pam_tdx/libgatebase.la

tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c
tests_unit_test_verdict_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_verdict_LDADD = pam_tdx/libgatebase.la $(CMOCKA_LIBS)

tests_unit_test_pam_retval_SOURCES = \
	tests/unit/test_pam_retval.c tests/unit/pam_host.c tests/unit/pam_host.h
tests_unit_test_pam_retval_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_pam_retval_LDADD = core/libbase.la $(CMOCKA_LIBS) $(PAM_LIBS)
EXTRA_tests_unit_test_pam_retval_DEPENDENCIES = pam_tdx/pam_tdx.la tests/unit/gate_double

tests_unit_test_pam_host_SOURCES = \
	tests/unit/test_pam_host.c tests/unit/pam_host.c tests/unit/pam_host.h
tests_unit_test_pam_host_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_pam_host_LDADD = core/libbase.la $(CMOCKA_LIBS) $(PAM_LIBS) -lpthread
EXTRA_tests_unit_test_pam_host_DEPENDENCIES = pam_tdx/pam_tdx.la tests/unit/gate_double

UNIT_TESTS += tests/unit/test_pam_helper
tests_unit_test_pam_helper_SOURCES = \
	tests/unit/test_pam_helper.c tests/unit/pam_host.c tests/unit/pam_host.h
tests_unit_test_pam_helper_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_pam_helper_LDADD = core/libbase.la $(CMOCKA_LIBS) $(PAM_LIBS) -lpthread
EXTRA_tests_unit_test_pam_helper_DEPENDENCIES = pam_tdx/pam_tdx.la tests/unit/gate_double
endif
include tests/e2e/pam.mk

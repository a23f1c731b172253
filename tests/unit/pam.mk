dist_check_SCRIPTS += tests/module.test
TESTS += tests/module.test
if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_verdict tests/unit/test_pam_retval tests/unit/test_pam_host
check_PROGRAMS += tests/unit/gate_double

tests_unit_gate_double_SOURCES = tests/unit/gate_double.c pam_tdx/verdict.c
tests_unit_gate_double_LDADD = core/libbase.la

tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c pam_tdx/verdict.c
tests_unit_test_verdict_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_verdict_LDADD = core/libbase.la $(CMOCKA_LIBS)

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
endif

if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_attest_cli
tests_unit_test_attest_cli_SOURCES = tests/unit/test_attest_cli.c $(EVIDENCE_BUILDER) $(SIM_RUNNER)
tests_unit_test_attest_cli_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_attest_cli_LDADD = core/libevidence.la $(CMOCKA_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS)
tests_unit_test_attest_cli_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
endif

ATTEST_RUNNER = tests/unit/attest_runner.c tests/unit/attest_runner.h $(SIM_RUNNER)

if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_attest_cli tests/unit/test_attest_corpus tests/unit/test_attest_verify
tests_unit_test_attest_cli_SOURCES = tests/unit/test_attest_cli.c $(ATTEST_RUNNER) \
	$(EVIDENCE_BUILDER)
tests_unit_test_attest_cli_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_attest_cli_LDADD = core/libevidence.la $(CMOCKA_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS)
tests_unit_test_attest_cli_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_attest_corpus_SOURCES = tests/unit/test_attest_corpus.c $(CORPUS) $(SIM_RUNNER)
tests_unit_test_attest_corpus_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_attest_corpus_LDADD = core/libbase.la $(CMOCKA_LIBS) $(JSON_LIBS)
tests_unit_test_attest_corpus_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_attest_verify_SOURCES = tests/unit/test_attest_verify.c $(ATTEST_RUNNER) \
	$(EVIDENCE_BUILDER)
tests_unit_test_attest_verify_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) \
	$(JSON_CFLAGS)
tests_unit_test_attest_verify_LDADD = core/libevidence.la $(CMOCKA_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS)
tests_unit_test_attest_verify_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
endif

if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_es384 tests/unit/test_jws tests/unit/test_checks_tcb \
	tests/unit/test_checks_td tests/unit/test_policy \
	tests/unit/test_policy_new \
	tests/unit/test_appraise tests/unit/test_appraise_memory \
	tests/unit/test_result
MANUAL_CASE = tests/unit/manual_case.c tests/unit/manual_case.h
FAULT_APPRAISE_WRAP = -Wl,--wrap=EVP_MD_CTX_new -Wl,--wrap=EVP_DigestSignInit \
	-Wl,--wrap=EVP_DigestSign -Wl,--wrap=EVP_DigestVerifyInit -Wl,--wrap=ECDSA_SIG_new
APPRAISE_TEST_LIBS = core/libappraise.la $(CMOCKA_LIBS) $(CRYPTO_LIBS)

tests_unit_test_es384_SOURCES = tests/unit/test_es384.c $(MANUAL_CASE) $(FAULT)
tests_unit_test_es384_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_es384_LDADD = $(APPRAISE_TEST_LIBS)
tests_unit_test_es384_LDFLAGS = $(TDX_PROGRAM_LDFLAGS) $(FAULT_APPRAISE_WRAP)

tests_unit_test_jws_SOURCES = tests/unit/test_jws.c
tests_unit_test_jws_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_jws_LDADD = $(APPRAISE_TEST_LIBS)
tests_unit_test_jws_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_checks_tcb_SOURCES = tests/unit/test_checks_tcb.c tests/unit/check_rows.c tests/unit/check_rows.h
tests_unit_test_checks_tcb_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_checks_tcb_LDADD = $(APPRAISE_TEST_LIBS)
tests_unit_test_checks_tcb_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_checks_td_SOURCES = tests/unit/test_checks_td.c tests/unit/check_rows.c tests/unit/check_rows.h
tests_unit_test_checks_td_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_checks_td_LDADD = $(APPRAISE_TEST_LIBS)
tests_unit_test_checks_td_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_policy_SOURCES = tests/unit/test_policy.c
tests_unit_test_policy_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_policy_LDADD = $(APPRAISE_TEST_LIBS)
tests_unit_test_policy_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_appraise_SOURCES = tests/unit/test_appraise.c $(MANUAL_CASE)
tests_unit_test_appraise_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_appraise_LDADD = $(APPRAISE_TEST_LIBS)
tests_unit_test_appraise_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_result_SOURCES = tests/unit/test_result.c $(MANUAL_CASE)
tests_unit_test_result_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_result_LDADD = $(APPRAISE_TEST_LIBS)
tests_unit_test_result_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_policy_new_SOURCES = tests/unit/test_policy_new.c $(MANUAL_CASE)
tests_unit_test_policy_new_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_policy_new_LDADD = $(APPRAISE_TEST_LIBS)
tests_unit_test_policy_new_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_appraise_memory_SOURCES = tests/unit/test_appraise_memory.c $(MANUAL_CASE) $(FAULT)
tests_unit_test_appraise_memory_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_appraise_memory_LDADD = $(APPRAISE_TEST_LIBS)
tests_unit_test_appraise_memory_LDFLAGS = $(TDX_PROGRAM_LDFLAGS) -Wl,--wrap=malloc \
	-Wl,--wrap=calloc -Wl,--wrap=realloc
endif

TESTS += tests/policy_cli.test tests/appraise_corpus.test tests/attest_output.test
dist_check_SCRIPTS += tests/policy_cli.test tests/appraise_corpus.test tests/attest_output.test
E2E_TESTS += tests/e2e/jose.test tests/e2e/jose_python.test
E2E_TESTS += tests/e2e/gate_policy.test

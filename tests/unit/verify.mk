if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_corpus_verify

tests_unit_test_corpus_verify_SOURCES = tests/unit/test_corpus_verify.c $(CORPUS)
tests_unit_test_corpus_verify_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_corpus_verify_LDADD = core/libverify.la core/libcollateral.la $(CMOCKA_LIBS) \
	$(JSON_LIBS)
tests_unit_test_corpus_verify_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

UNIT_TESTS += tests/unit/test_corpus_signatures
tests_unit_test_corpus_signatures_SOURCES = tests/unit/test_corpus_signatures.c $(CORPUS)
tests_unit_test_corpus_signatures_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) \
	$(JSON_CFLAGS)
tests_unit_test_corpus_signatures_LDADD = core/libverify.la $(CMOCKA_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)
tests_unit_test_corpus_signatures_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

SIM_VERIFY = tests/unit/sim_verify.c tests/unit/sim_verify.h tests/unit/sim_spans.h
VERIFY_TEST_LIBS = core/libverify.la tests/sim/libsim.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_verify_cases
tests_unit_test_verify_cases_SOURCES = tests/unit/test_verify_cases.c tests/unit/verify_cases.def \
	$(SIM_VERIFY)
tests_unit_test_verify_cases_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_verify_cases_LDADD = $(VERIFY_TEST_LIBS)
tests_unit_test_verify_cases_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

UNIT_TESTS += tests/unit/test_der
tests_unit_test_der_SOURCES = tests/unit/test_der.c
tests_unit_test_der_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_der_LDADD = core/libverify.la $(CMOCKA_LIBS)
tests_unit_test_der_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

UNIT_TESTS += tests/unit/test_cert
tests_unit_test_cert_SOURCES = tests/unit/test_cert.c $(SIM_VERIFY)
tests_unit_test_cert_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_cert_LDADD = $(VERIFY_TEST_LIBS)
tests_unit_test_cert_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

UNIT_TESTS += tests/unit/test_verify_context
tests_unit_test_verify_context_SOURCES = tests/unit/test_verify_context.c $(SIM_VERIFY)
tests_unit_test_verify_context_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_verify_context_LDADD = $(VERIFY_TEST_LIBS)
tests_unit_test_verify_context_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

UNIT_TESTS += tests/unit/test_verify_tcb
tests_unit_test_verify_tcb_SOURCES = tests/unit/test_verify_tcb.c $(SIM_VERIFY)
tests_unit_test_verify_tcb_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_verify_tcb_LDADD = $(VERIFY_TEST_LIBS)
tests_unit_test_verify_tcb_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
# Whole allocation and crypto path of a verification.
FAULT_VERIFY_WRAP = $(FAULT_CRYPTO_WRAP) -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc \
	-Wl,--wrap=EVP_PKEY_new -Wl,--wrap=EVP_PKEY_copy_parameters -Wl,--wrap=EVP_PKEY_CTX_new \
	-Wl,--wrap=EVP_PKEY_CTX_new_id -Wl,--wrap=EVP_PKEY_paramgen_init -Wl,--wrap=EVP_PKEY_paramgen \
	-Wl,--wrap=EVP_PKEY_verify_init -Wl,--wrap=EVP_PKEY_verify -Wl,--wrap=SHA256 -Wl,--wrap=SHA384

UNIT_TESTS += tests/unit/test_verify_robust
tests_unit_test_verify_robust_SOURCES = tests/unit/test_verify_robust.c $(SIM_VERIFY) $(CORPUS) \
	$(FAULT)
tests_unit_test_verify_robust_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) \
	$(JSON_CFLAGS)
tests_unit_test_verify_robust_LDADD = core/libcollateral.la $(VERIFY_TEST_LIBS) $(JSON_LIBS) \
	$(CRYPTO_LIBS)
tests_unit_test_verify_robust_LDFLAGS = $(TDX_PROGRAM_LDFLAGS) $(FAULT_VERIFY_WRAP)
endif

# What the tests of core/evidence (and of whoever builds evidence in a test) share.
FAULT_CRYPTO_WRAP = -Wl,--wrap=EVP_MD_CTX_new -Wl,--wrap=EVP_DigestInit_ex \
	-Wl,--wrap=EVP_DigestUpdate -Wl,--wrap=EVP_DigestFinal_ex -Wl,--wrap=EVP_Digest
EVIDENCE_BUILDER = tests/unit/evidence_builder.c tests/unit/evidence_builder.h
EVENT_LOG_BUILDER = tests/unit/event_log_builder.c tests/unit/event_log_builder.h
CORPUS = tests/unit/corpus.c tests/unit/corpus.h
SIM_RUNNER = tests/unit/sim_runner.c tests/unit/sim_runner.h
FAULT = tests/unit/fault.c tests/unit/fault.h

if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_td_report tests/unit/test_quote tests/unit/test_corpus_evidence \
	tests/unit/test_event_log tests/unit/test_provider_parts tests/unit/test_providers

tests_unit_test_td_report_SOURCES = tests/unit/test_td_report.c $(EVIDENCE_BUILDER) $(FAULT)
tests_unit_test_td_report_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_td_report_LDADD = core/libevidence.la $(CMOCKA_LIBS) $(CRYPTO_LIBS)
tests_unit_test_td_report_LDFLAGS = $(TDX_PROGRAM_LDFLAGS) $(FAULT_CRYPTO_WRAP)

tests_unit_test_quote_SOURCES = tests/unit/test_quote.c $(EVIDENCE_BUILDER)
tests_unit_test_quote_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_quote_LDADD = core/libevidence.la $(CMOCKA_LIBS) $(CRYPTO_LIBS)
tests_unit_test_quote_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_corpus_evidence_SOURCES = tests/unit/test_corpus_evidence.c $(CORPUS)
tests_unit_test_corpus_evidence_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_corpus_evidence_LDADD = core/libevidence.la $(CMOCKA_LIBS) $(JSON_LIBS)
tests_unit_test_corpus_evidence_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_event_log_SOURCES = tests/unit/test_event_log.c $(EVENT_LOG_BUILDER) $(CORPUS) \
	$(FAULT)
tests_unit_test_event_log_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_event_log_LDADD = core/libevidence.la $(CMOCKA_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS)
tests_unit_test_event_log_LDFLAGS = $(TDX_PROGRAM_LDFLAGS) $(FAULT_CRYPTO_WRAP)

tests_unit_test_provider_parts_SOURCES = tests/unit/test_provider_parts.c
tests_unit_test_provider_parts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_provider_parts_LDADD = core/libevidence.la $(CMOCKA_LIBS)
tests_unit_test_provider_parts_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# Its simulator needs FUSE; without, most of it is skipped.
tests_unit_test_providers_SOURCES = tests/unit/test_providers.c tests/unit/provider_failures.h \
	$(SIM_RUNNER)
tests_unit_test_providers_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_providers_LDADD = core/libevidence.la $(CMOCKA_LIBS)
tests_unit_test_providers_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
endif

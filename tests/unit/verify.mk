if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_corpus_verify

tests_unit_test_corpus_verify_SOURCES = tests/unit/test_corpus_verify.c $(CORPUS)
tests_unit_test_corpus_verify_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_corpus_verify_LDADD = core/libverify.la core/libcollateral.la $(CMOCKA_LIBS) \
	$(JSON_LIBS)
tests_unit_test_corpus_verify_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
endif

KERNEL_LOG_CASE = tests/unit/kernel_log_case.c tests/unit/kernel_log_case.h
if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_number tests/unit/test_swiotlb_sizing tests/unit/test_swiotlb_facts \
	tests/unit/test_kernel_log tests/unit/test_swiotlb_cause tests/unit/test_swiotlb_corpus

tests_unit_test_number_SOURCES = tests/unit/test_number.c
tests_unit_test_number_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_number_LDADD = core/libbase.la $(CMOCKA_LIBS)

tests_unit_test_swiotlb_sizing_SOURCES = tests/unit/test_swiotlb_sizing.c
tests_unit_test_swiotlb_sizing_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_swiotlb_sizing_LDADD = swiotlb/libswiotlb.la $(CMOCKA_LIBS)

tests_unit_test_swiotlb_facts_SOURCES = tests/unit/test_swiotlb_facts.c
tests_unit_test_swiotlb_facts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_swiotlb_facts_LDADD = swiotlb/libswiotlb.la $(CMOCKA_LIBS)

tests_unit_test_kernel_log_SOURCES = tests/unit/test_kernel_log.c $(KERNEL_LOG_CASE)
tests_unit_test_kernel_log_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_kernel_log_LDADD = swiotlb/libswiotlb.la $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_kernel_log_boot
tests_unit_test_kernel_log_boot_SOURCES = tests/unit/test_kernel_log_boot.c $(KERNEL_LOG_CASE)
tests_unit_test_kernel_log_boot_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_kernel_log_boot_LDADD = swiotlb/libswiotlb.la $(CMOCKA_LIBS)

tests_unit_test_swiotlb_cause_SOURCES = tests/unit/test_swiotlb_cause.c
tests_unit_test_swiotlb_cause_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_swiotlb_cause_LDADD = swiotlb/libswiotlb.la $(CMOCKA_LIBS)

tests_unit_test_swiotlb_corpus_SOURCES = tests/unit/test_swiotlb_corpus.c
tests_unit_test_swiotlb_corpus_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_swiotlb_corpus_LDADD = swiotlb/libswiotlb.la $(CMOCKA_LIBS)
endif

TESTS += tests/swiotlb_cli.test
dist_check_SCRIPTS += tests/swiotlb_cli.test

SCRATCH = tests/unit/scratch.c tests/unit/scratch.h
if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_base tests/unit/test_files tests/unit/test_span_text \
	tests/unit/test_program_options
tests_unit_test_base_SOURCES = tests/unit/test_base.c tests/unit/cmocka_all.h
tests_unit_test_base_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_LDADD = core/libbase.la $(CMOCKA_LIBS)

tests_unit_test_files_SOURCES = tests/unit/test_files.c tests/unit/cmocka_all.h
tests_unit_test_files_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_files_LDADD = core/libbase.la $(CMOCKA_LIBS)

tests_unit_test_span_text_SOURCES = tests/unit/test_span_text.c tests/unit/cmocka_all.h
tests_unit_test_span_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_span_text_LDADD = core/libbase.la $(CMOCKA_LIBS)

tests_unit_test_program_options_SOURCES = tests/unit/test_program_options.c \
	tests/unit/cmocka_all.h
tests_unit_test_program_options_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_program_options_LDADD = cli/libcli.la $(CMOCKA_LIBS)
endif

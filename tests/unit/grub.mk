GRUB_BLOCK = tests/unit/grub_block.c tests/unit/grub_block.h
GRUB_SHELL = tests/unit/grub_shell.c tests/unit/grub_shell.h \
	tests/unit/default_grub_case.c tests/unit/default_grub_case.h
if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_boot_layout
tests_unit_test_boot_layout_SOURCES = tests/unit/test_boot_layout.c $(GRUB_BLOCK) $(SCRATCH)
tests_unit_test_boot_layout_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_boot_layout_LDADD = grub-tool/libgrubread.la $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_boot_text
tests_unit_test_boot_text_SOURCES = tests/unit/test_boot_text.c $(GRUB_BLOCK)
tests_unit_test_boot_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_boot_text_LDADD = grub-tool/libgrubread.la $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_default_grub
tests_unit_test_default_grub_SOURCES = tests/unit/test_default_grub.c $(GRUB_SHELL)
tests_unit_test_default_grub_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_default_grub_LDADD = grub-tool/libgrubread.la $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_default_grub_made
tests_unit_test_default_grub_made_SOURCES = tests/unit/test_default_grub_made.c $(GRUB_SHELL)
tests_unit_test_default_grub_made_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_default_grub_made_LDADD = grub-tool/libgrubread.la $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_grub_write
tests_unit_test_grub_write_SOURCES = tests/unit/test_grub_write.c $(SCRATCH)
tests_unit_test_grub_write_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_grub_write_LDADD = grub-tool/libgrubwrite.la $(CRYPTO_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_grub_files
tests_unit_test_grub_files_SOURCES = tests/unit/test_grub_files.c $(SCRATCH)
tests_unit_test_grub_files_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_grub_files_LDADD = grub-tool/libgrubwrite.la $(CRYPTO_LIBS) $(CMOCKA_LIBS)
endif

TESTS += tests/grub_corpus.test
dist_check_SCRIPTS += tests/grub_corpus.test

# tdx-grub on roots made for the test. EXTRA: a generator that behaves as Red Hat's.
E2E_TESTS += tests/e2e/grub.test tests/e2e/grub_disks.test
dist_noinst_SCRIPTS += tests/e2e/grub_mkconfig_rhel
EXTRA_DIST += tests/e2e/grub_lib.sh
# Loaded into tdx-grub to end it, or to fail, at any write.
check_LTLIBRARIES = tests/e2e/libkillat.la
tests_e2e_libkillat_la_SOURCES = tests/e2e/kill_at.c
tests_e2e_libkillat_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
tests_e2e_libkillat_la_LIBADD = -ldl

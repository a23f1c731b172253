noinst_LTLIBRARIES += cli/libcli.la
cli_libcli_la_SOURCES = cli/program.c cli/program.h
cli_libcli_la_LIBADD = core/libbase.la

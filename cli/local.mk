noinst_LTLIBRARIES += cli/libcli.la
cli_libcli_la_SOURCES = cli/options.c cli/options.h cli/program.c cli/program.h
cli_libcli_la_LIBADD = core/libbase.la

# tdx-status(7) is written by a program from the table of statuses.
noinst_PROGRAMS += cli/status_page
cli_status_page_SOURCES = cli/status_page.c
cli_status_page_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
cli_status_page_LDADD = cli/libcli.la
man_MANS += man/tdx-status.7
CLEANFILES += man/tdx-status.7
man/tdx-status.7: cli/status_page$(EXEEXT)
	$(AM_V_GEN)mkdir -p man && cli/status_page$(EXEEXT) > $@.tmp && mv -f $@.tmp $@

# The module is linked from single objects of core/base, never from libbase: it may need nothing but
# libpam and libc, since sshd maps it in the root monitor of every connection.
pam_LTLIBRARIES += pam_tdx/pam_tdx.la
pam_tdx_pam_tdx_la_SOURCES = \
	pam_tdx/exempt.c pam_tdx/exempt.h \
	pam_tdx/gate_keys.c pam_tdx/gate_keys.h \
	pam_tdx/gate_settings.c pam_tdx/gate_settings.h \
	pam_tdx/helper.c pam_tdx/helper.h pam_tdx/helper_middle.c pam_tdx/helper_wire.h \
	pam_tdx/pam_tdx.c \
	pam_tdx/verdict.c pam_tdx/verdict.h \
	core/base/bytes.c core/base/conf.c core/base/files.c core/base/monotonic.c \
	core/base/span_text.c \
	core/base/status.c core/base/text.c core/base/hex.c
pam_tdx_pam_tdx_la_CFLAGS = $(TDX_CFLAGS)
if !SANITIZERS
TDX_MODULE_LDFLAGS = -Wl,-z,defs
endif
# -avoid-version: pam_tdx.so, not pam_tdx.so.0; -no-undefined -z defs: a missing library is a link
# error here, not a failed login; the map exports the PAM entry points and nothing else.
pam_tdx_pam_tdx_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -no-undefined \
	$(TDX_MODULE_LDFLAGS) -Wl,--version-script=$(srcdir)/pam_tdx/pam_tdx.map
pam_tdx_pam_tdx_la_LIBADD = $(PAM_LIBS)
EXTRA_pam_tdx_pam_tdx_la_DEPENDENCIES = pam_tdx/pam_tdx.map
EXTRA_DIST += pam_tdx/pam_tdx.map

# libtool installs a .la file that nobody needs beside the module.
# gate.conf is the admin's: installed where there is none, removed while it is as it came.
EXTRA_DIST += contrib/gate.conf
install-data-hook:
	rm -f $(DESTDIR)$(pamdir)/pam_tdx.la
	$(MKDIR_P) $(DESTDIR)$(tdxconfdir)
	test -e $(DESTDIR)$(tdxconfdir)/gate.conf || \
		$(INSTALL_DATA) $(srcdir)/contrib/gate.conf $(DESTDIR)$(tdxconfdir)/gate.conf
uninstall-hook:
	rm -f $(DESTDIR)$(pamdir)/pam_tdx.so
	! cmp -s $(srcdir)/contrib/gate.conf $(DESTDIR)$(tdxconfdir)/gate.conf || \
		rm -f $(DESTDIR)$(tdxconfdir)/gate.conf

# The decision. No libcurl: it would cost each login 3 ms.
noinst_LTLIBRARIES += pam_tdx/libgatebase.la pam_tdx/libgate.la
# What needs core/base only.
pam_tdx_libgatebase_la_SOURCES = \
	pam_tdx/gate_keys.c pam_tdx/gate_keys.h \
	pam_tdx/gate_settings.c pam_tdx/gate_settings.h \
	pam_tdx/verdict.c pam_tdx/verdict.h
pam_tdx_libgatebase_la_LIBADD = core/libbase.la
pam_tdx_libgate_la_SOURCES = \
	pam_tdx/gate_collateral.c pam_tdx/gate_collateral.h \
	pam_tdx/gate_conf.c pam_tdx/gate_conf.h \
	pam_tdx/gate_fetch.c pam_tdx/gate_fetch.h \
	pam_tdx/gate_quote.c pam_tdx/gate_quote.h \
	pam_tdx/gate_sandbox.c pam_tdx/gate_sandbox.h \
	pam_tdx/gate_state.c pam_tdx/gate_state.h \
	pam_tdx/gate_verify.c pam_tdx/gate_verify.h
pam_tdx_libgate_la_LIBADD = pam_tdx/libgatebase.la

tdxlibexec_PROGRAMS += pam_tdx/tdx-gate-check
pam_tdx_tdx_gate_check_SOURCES = pam_tdx/gate_check.c
pam_tdx_tdx_gate_check_LDADD = pam_tdx/libgate.la cli/libcli.la core/libcollateral.la core/libappraise.la \
	core/libverify.la core/libevidence.la core/libbase.la $(CRYPTO_LIBS)
pam_tdx_tdx_gate_check_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

dist_man_MANS += man/pam_tdx.8 man/gate.conf.5 man/tdx-gate-check.8

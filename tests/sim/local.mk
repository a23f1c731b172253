# The software TDX platform that tests, benches and the demo stand on. It uses core/base only: it is
# the second opinion on what core/evidence and core/verify read.
EXTRA_DIST += tests/sim/README.md
noinst_LTLIBRARIES += tests/sim/libsim.la
tests_sim_libsim_la_SOURCES = \
	tests/sim/sim_bundle.c \
	tests/sim/sim_collateral.c tests/sim/sim_collateral.h \
	tests/sim/sim_der.c tests/sim/sim_der.h \
	tests/sim/sim_key.c tests/sim/sim_key.h \
	tests/sim/sim_knob_special.c tests/sim/sim_knob_special.h \
	tests/sim/sim_knobs.c tests/sim/sim_knobs.h \
	tests/sim/sim_make.c \
	tests/sim/sim_pki.c tests/sim/sim_pki.h \
	tests/sim/sim_platform.c tests/sim/sim_platform.h \
	tests/sim/sim_quote.c tests/sim/sim_quote.h \
	tests/sim/sim_report.c tests/sim/sim_report.h \
	tests/sim/sim_sgx.c \
	tests/sim/sim_world.c tests/sim/sim_world.h
tests_sim_libsim_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_sim_libsim_la_LIBADD = core/libbase.la $(CRYPTO_LIBS)

# The program: a device, a configfs-tsm and a QGS made of FUSE and sockets, and a PCCS
# on loopback. FUSE_LIBS has libssl too (configure.ac).
if HAVE_FUSE
noinst_PROGRAMS += tests/sim/tdx-sim
tests_sim_tdx_sim_SOURCES = \
	tests/sim/sim_control.c tests/sim/sim_control.h \
	tests/sim/sim_daemon.c tests/sim/sim_daemon.h \
	tests/sim/sim_device.c tests/sim/sim_device.h \
	tests/sim/sim_exchange.c tests/sim/sim_exchange.h \
	tests/sim/sim_fuse.c tests/sim/sim_fuse.h \
	tests/sim/sim_https.c tests/sim/sim_https.h \
	tests/sim/sim_pccs.c tests/sim/sim_pccs.h \
	tests/sim/sim_qgs.c tests/sim/sim_qgs.h \
	tests/sim/sim_server.c tests/sim/sim_server.h \
	tests/sim/sim_tls.c tests/sim/sim_tls.h \
	tests/sim/sim_tsm.c tests/sim/sim_tsm.h \
	tests/sim/tdx_sim.c \
	tests/sim/tdx_sim_options.c tests/sim/tdx_sim_options.h
tests_sim_tdx_sim_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(FUSE_CFLAGS) \
	-DFUSE_USE_VERSION=$(FUSE_API)
tests_sim_tdx_sim_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
tests_sim_tdx_sim_LDADD = tests/sim/libsim.la cli/libcli.la $(FUSE_LIBS) -lpthread
endif

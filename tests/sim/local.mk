# The software TDX platform that tests, benches and the demo stand on. It uses core/base only: it is
# the second opinion on what core/evidence and core/verify read.
noinst_LTLIBRARIES += tests/sim/libsim.la
tests_sim_libsim_la_SOURCES = \
	tests/sim/sim_bundle.c \
	tests/sim/sim_collateral.c tests/sim/sim_collateral.h \
	tests/sim/sim_der.c tests/sim/sim_der.h \
	tests/sim/sim_key.c tests/sim/sim_key.h \
	tests/sim/sim_make.c \
	tests/sim/sim_pki.c tests/sim/sim_pki.h \
	tests/sim/sim_platform.c tests/sim/sim_platform.h \
	tests/sim/sim_quote.c tests/sim/sim_quote.h \
	tests/sim/sim_report.c tests/sim/sim_report.h \
	tests/sim/sim_sgx.c
tests_sim_libsim_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_sim_libsim_la_LIBADD = core/libbase.la $(CRYPTO_LIBS)

bin_PROGRAMS += attest/tdx-attest
attest_tdx_attest_SOURCES = attest/main.c attest/attest.h \
	attest/appraisal.c attest/appraisal.h \
	attest/collateral.c attest/collateral.h \
	attest/collateral_fetch.c \
	attest/collateral_refresh.c attest/collateral_refresh.h attest/collateral_refresh_print.c \
	attest/collateral_show.c \
	attest/options.c attest/options.h \
	attest/policy.c attest/policy.h attest/policy_new.c attest/policy_show.c attest/policy_sign.c \
	attest/quote.c \
	attest/relying_party.c \
	attest/report.c \
	attest/source_options.c attest/source_options.h \
	attest/td_print.c attest/td_print.h \
	attest/verdict.c attest/verdict.h \
	attest/verify.c attest/verify_json.c attest/verify_print.h attest/verify_text.c
attest_tdx_attest_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
attest_tdx_attest_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
attest_tdx_attest_LDADD = cli/libcli.la core/libappraise.la core/libpcs.la

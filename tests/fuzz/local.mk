# Fuzz targets. A target NAME is one file, tests/fuzz/fuzz_NAME.c, with LLVMFuzzerTestOneInput() and
# fuzz_seed() (tests/fuzz/fuzz.h), and two programs made of it:
#   replay_NAME   in every 'make check': seeds, changes of them, and tests/fuzz/regress/NAME/*
#   fuzz_NAME     the libFuzzer program, with --enable-fuzzers (clang); 'make fuzz FUZZ_SECONDS=30'
#                 runs each of them with its seeds
# The seeds are made by code. An input that broke something goes to tests/fuzz/regress/NAME/, named
# for what it was, and is listed in FUZZ_REGRESS below. To add a target: copy the block of a replay
# program and add the name to FUZZ_NAMES. A block for each is what automake wants: it makes no program
# whose name it cannot read here.
FUZZ_NAMES = \
	boot_text bundle default_grub elf event_log gate_conf json jws kernel_log metadata \
	pck_extension pcs policy qe_identity qgs quote sshd_config tcb_info td_report
FUZZ_REPLAY = tests/fuzz/fuzz.c tests/fuzz/fuzz.h tests/fuzz/replay.c
# two-files-that-return: the second return hid the first, and a line was appended behind it (the proof
# noticed; it was refused with an excuse instead of the reason).
# pattern-in-the-root: "Include /x*" looked for names in a folder without a name, and failed without a
# word.
FUZZ_REGRESS = tests/fuzz/regress/default_grub/two-files-that-return.bin \
	tests/fuzz/regress/sshd_config/pattern-in-the-root.bin
EXTRA_DIST += $(FUZZ_REGRESS)
dist_check_SCRIPTS += tests/fuzz/run

# td_report
UNIT_TESTS += tests/fuzz/replay_td_report
tests_fuzz_replay_td_report_SOURCES = tests/fuzz/fuzz_td_report.c $(EVIDENCE_BUILDER) $(FAULT) \
	$(FUZZ_REPLAY)
tests_fuzz_replay_td_report_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_replay_td_report_LDADD = core/libevidence.la $(CRYPTO_LIBS)
tests_fuzz_replay_td_report_LDFLAGS = $(TDX_PROGRAM_LDFLAGS) $(FAULT_CRYPTO_WRAP)

# quote
UNIT_TESTS += tests/fuzz/replay_quote
tests_fuzz_replay_quote_SOURCES = tests/fuzz/fuzz_quote.c $(EVIDENCE_BUILDER) $(FUZZ_REPLAY)
tests_fuzz_replay_quote_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_replay_quote_LDADD = core/libevidence.la $(CRYPTO_LIBS)
tests_fuzz_replay_quote_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# qgs
UNIT_TESTS += tests/fuzz/replay_qgs
tests_fuzz_replay_qgs_SOURCES = tests/fuzz/fuzz_qgs.c $(FUZZ_REPLAY)
tests_fuzz_replay_qgs_LDADD = core/libevidence.la
tests_fuzz_replay_qgs_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# event_log
UNIT_TESTS += tests/fuzz/replay_event_log
tests_fuzz_replay_event_log_SOURCES = tests/fuzz/fuzz_event_log.c $(EVENT_LOG_BUILDER) \
	$(FUZZ_REPLAY)
tests_fuzz_replay_event_log_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_replay_event_log_LDADD = core/libevidence.la $(CRYPTO_LIBS)
tests_fuzz_replay_event_log_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# boot_text
UNIT_TESTS += tests/fuzz/replay_boot_text
tests_fuzz_replay_boot_text_SOURCES = tests/fuzz/fuzz_boot_text.c $(FUZZ_REPLAY)
tests_fuzz_replay_boot_text_LDADD = grub-tool/libgrubread.la
tests_fuzz_replay_boot_text_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# default_grub
UNIT_TESTS += tests/fuzz/replay_default_grub
tests_fuzz_replay_default_grub_SOURCES = tests/fuzz/fuzz_default_grub.c $(FUZZ_REPLAY)
tests_fuzz_replay_default_grub_LDADD = grub-tool/libgrubread.la
tests_fuzz_replay_default_grub_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# kernel_log
UNIT_TESTS += tests/fuzz/replay_kernel_log
tests_fuzz_replay_kernel_log_SOURCES = tests/fuzz/fuzz_kernel_log.c swiotlb/report_json.c \
	$(FUZZ_REPLAY)
tests_fuzz_replay_kernel_log_CPPFLAGS = $(AM_CPPFLAGS)
tests_fuzz_replay_kernel_log_LDADD = swiotlb/libswiotlb.la
tests_fuzz_replay_kernel_log_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# gate_conf
UNIT_TESTS += tests/fuzz/replay_gate_conf
tests_fuzz_replay_gate_conf_SOURCES = tests/fuzz/fuzz_gate_conf.c $(FUZZ_REPLAY)
tests_fuzz_replay_gate_conf_LDADD = pam_tdx/libgate.la core/libverify.la core/libevidence.la \
	core/libbase.la $(CRYPTO_LIBS)
tests_fuzz_replay_gate_conf_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# json
UNIT_TESTS += tests/fuzz/replay_json
tests_fuzz_replay_json_SOURCES = tests/fuzz/fuzz_json.c $(FUZZ_REPLAY)
tests_fuzz_replay_json_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_replay_json_LDADD = core/libverify.la tests/sim/libsim.la
tests_fuzz_replay_json_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# tcb_info
UNIT_TESTS += tests/fuzz/replay_tcb_info
tests_fuzz_replay_tcb_info_SOURCES = tests/fuzz/fuzz_tcb_info.c $(FUZZ_REPLAY)
tests_fuzz_replay_tcb_info_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_replay_tcb_info_LDADD = core/libverify.la tests/sim/libsim.la
tests_fuzz_replay_tcb_info_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# qe_identity
UNIT_TESTS += tests/fuzz/replay_qe_identity
tests_fuzz_replay_qe_identity_SOURCES = tests/fuzz/fuzz_qe_identity.c $(FUZZ_REPLAY)
tests_fuzz_replay_qe_identity_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_replay_qe_identity_LDADD = core/libverify.la tests/sim/libsim.la
tests_fuzz_replay_qe_identity_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# pck_extension
UNIT_TESTS += tests/fuzz/replay_pck_extension
tests_fuzz_replay_pck_extension_SOURCES = tests/fuzz/fuzz_pck_extension.c $(FUZZ_REPLAY)
tests_fuzz_replay_pck_extension_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_replay_pck_extension_LDADD = core/libverify.la tests/sim/libsim.la
tests_fuzz_replay_pck_extension_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# jws
UNIT_TESTS += tests/fuzz/replay_jws
tests_fuzz_replay_jws_SOURCES = tests/fuzz/fuzz_jws.c $(FUZZ_REPLAY)
tests_fuzz_replay_jws_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_replay_jws_LDADD = core/libappraise.la $(CRYPTO_LIBS)
tests_fuzz_replay_jws_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# policy
UNIT_TESTS += tests/fuzz/replay_policy
tests_fuzz_replay_policy_SOURCES = tests/fuzz/fuzz_policy.c $(FUZZ_REPLAY)
tests_fuzz_replay_policy_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_replay_policy_LDADD = core/libappraise.la $(CRYPTO_LIBS)
tests_fuzz_replay_policy_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# bundle
UNIT_TESTS += tests/fuzz/replay_bundle
tests_fuzz_replay_bundle_SOURCES = tests/fuzz/fuzz_bundle.c $(FUZZ_REPLAY)
tests_fuzz_replay_bundle_LDADD = core/libcollateral.la
tests_fuzz_replay_bundle_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# pcs
UNIT_TESTS += tests/fuzz/replay_pcs
tests_fuzz_replay_pcs_SOURCES = tests/fuzz/fuzz_pcs.c $(FUZZ_REPLAY)
tests_fuzz_replay_pcs_LDADD = core/libpcs.la
tests_fuzz_replay_pcs_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# metadata
UNIT_TESTS += tests/fuzz/replay_metadata
tests_fuzz_replay_metadata_SOURCES = tests/fuzz/fuzz_metadata.c $(FUZZ_REPLAY)
tests_fuzz_replay_metadata_LDADD = healthcheck/libhealthcheck.la
tests_fuzz_replay_metadata_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# elf
UNIT_TESTS += tests/fuzz/replay_elf
tests_fuzz_replay_elf_SOURCES = tests/fuzz/fuzz_elf.c tests/unit/elf_builder.c \
	tests/unit/elf_builder.h $(FUZZ_REPLAY)
tests_fuzz_replay_elf_LDADD = healthcheck/libhealthcheck.la
tests_fuzz_replay_elf_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# sshd_config
UNIT_TESTS += tests/fuzz/replay_sshd_config
tests_fuzz_replay_sshd_config_SOURCES = tests/fuzz/fuzz_sshd_config.c $(FUZZ_REPLAY)
tests_fuzz_replay_sshd_config_LDADD = healthcheck/libhealthcheck.la
tests_fuzz_replay_sshd_config_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# A fuzz program is its replay program with libFuzzer's main() in place of replay.c's.
FUZZ_TARGETS = $(FUZZ_NAMES:%=tests/fuzz/fuzz_%$(EXEEXT))
if FUZZERS
check_DATA = $(FUZZ_TARGETS)
CLEANFILES += $(FUZZ_TARGETS)
$(FUZZ_TARGETS): tests/fuzz/fuzz_%$(EXEEXT): tests/fuzz/replay_%$(EXEEXT)
	$(AM_V_CCLD)$(tests_fuzz_replay_$*_LINK) -fsanitize=fuzzer \
	  $(filter-out %-replay.$(OBJEXT) %/replay.$(OBJEXT),$(tests_fuzz_replay_$*_OBJECTS)) \
	  $(tests_fuzz_replay_$*_LDADD) $(LIBS)
endif

FUZZ_SECONDS = 30
.PHONY: fuzz fuzzers print-fuzzers
fuzzers: $(FUZZ_TARGETS)
print-fuzzers:
	@echo $(FUZZ_TARGETS)
fuzz: $(FUZZ_TARGETS)
	top_srcdir='$(abs_top_srcdir)' $(top_srcdir)/tests/fuzz/run $(FUZZ_SECONDS) $(FUZZ_TARGETS)

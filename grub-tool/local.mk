# Readers and writers apart: the healthcheck links the readers only.
noinst_LTLIBRARIES += grub-tool/libgrubread.la

grub_tool_libgrubread_la_SOURCES = \
	grub-tool/bls.c grub-tool/bls.h grub-tool/bls_folder.c \
	grub-tool/boot_detect.c \
	grub-tool/boot_mounts.c \
	grub-tool/boot_layout.c grub-tool/boot_layout.h grub-tool/boot_layout_internal.h \
	grub-tool/boot_layout_grub.c grub-tool/boot_layout_systemd.c \
	grub-tool/boot_words.c grub-tool/boot_words.h \
	grub-tool/boot_line.c grub-tool/boot_line.h \
	grub-tool/default_grub.c grub-tool/default_grub.h grub-tool/default_grub_internal.h \
	grub-tool/default_grub_edit.c grub-tool/default_grub_prove.c \
	grub-tool/grub_env.c grub-tool/grub_env.h \
	grub-tool/grub_expand.c grub-tool/grub_expand.h \
	grub-tool/grub_commands.c grub-tool/grub_runner.h \
	grub-tool/grub_find.c grub-tool/grub_script.c grub-tool/grub_script.h \
	grub-tool/grub_parse.c grub-tool/grub_parse.h \
	grub-tool/grub_test.c grub-tool/grub_test.h \
	grub-tool/measured.c grub-tool/measured.h \
	grub-tool/outcome.c grub-tool/outcome.h \
	grub-tool/shell_command.c grub-tool/shell_script.c grub-tool/shell_script.h \
	grub-tool/shell_lex.c grub-tool/shell_lex.h \
	grub-tool/shell_value.c grub-tool/shell_value.h \
	grub-tool/token.c grub-tool/token.h
grub_tool_libgrubread_la_LIBADD = swiotlb/libswiotlb.la core/libevidence.la core/libbase.la

sbin_PROGRAMS += grub-tool/tdx-grub
noinst_LTLIBRARIES += grub-tool/libgrubwrite.la

grub_tool_libgrubwrite_la_SOURCES = \
	grub-tool/commit.c grub-tool/commit.h \
	grub-tool/diff.c grub-tool/diff.h \
	grub-tool/generator.c grub-tool/generator.h \
	grub-tool/plan.c grub-tool/plan.h \
	grub-tool/size_check.c grub-tool/size_check.h \
	grub-tool/show.c grub-tool/show.h \
	grub-tool/store.c grub-tool/store.h grub-tool/store_undo.c \
	grub-tool/store_later.c \
	grub-tool/store_manifest.c grub-tool/store_manifest.h
grub_tool_libgrubwrite_la_LIBADD = grub-tool/libgrubread.la

grub_tool_tdx_grub_SOURCES = grub-tool/tdx_grub.c grub-tool/tdx_grub.h \
	grub-tool/cmd_rollback.c grub-tool/cmd_set.c grub-tool/cmd_show.c grub-tool/options.c
grub_tool_tdx_grub_LDADD = grub-tool/libgrubwrite.la cli/libcli.la $(CRYPTO_LIBS)
grub_tool_tdx_grub_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

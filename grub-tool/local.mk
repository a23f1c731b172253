# Readers and writers apart: the healthcheck links the readers only.
noinst_LTLIBRARIES += grub-tool/libgrubread.la

grub_tool_libgrubread_la_SOURCES = \
	grub-tool/boot_words.c grub-tool/boot_words.h \
	grub-tool/boot_line.c grub-tool/boot_line.h \
	grub-tool/default_grub.c grub-tool/default_grub.h grub-tool/default_grub_internal.h \
	grub-tool/default_grub_edit.c grub-tool/default_grub_prove.c \
	grub-tool/shell_command.c grub-tool/shell_script.c grub-tool/shell_script.h \
	grub-tool/shell_lex.c grub-tool/shell_lex.h \
	grub-tool/shell_value.c grub-tool/shell_value.h \
	grub-tool/token.c grub-tool/token.h
grub_tool_libgrubread_la_LIBADD = core/libbase.la

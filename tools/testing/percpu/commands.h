/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of percpu-qemu; arguments as for main(), without the program. */
#ifndef COMMANDS_H
#define COMMANDS_H

/* What a command ends with */
enum {
	STATUS_PASS,
	STATUS_FAIL,
	STATUS_ERROR,		/* usage or harness error */
	STATUS_SKIP = 4,	/* nothing could run */
};

int cmd_run(int argc, char **argv);
int cmd_judge(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_shell(int argc, char **argv);
int cmd_fuzz(int argc, char **argv);
int cmd_lava(int argc, char **argv);

#endif

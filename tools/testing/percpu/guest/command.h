/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs programs that the tests were not written with. */
#ifndef COMMAND_H
#define COMMAND_H

int command_run(const char *const argv[], void (*each)(const char *line));

#endif

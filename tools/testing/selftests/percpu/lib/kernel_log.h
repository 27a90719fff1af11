/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log, and modules: what the tests of the kernel's own tests share. */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>

#define MODULE_DIR	"/lib/modules"

/* Takes a message of the kernel's log. */
typedef void (*log_fn)(const char *message);

int log_open(void);
int log_open_whole(void);
int log_read(int log, log_fn each);
bool log_is_splat(const char *message);
const char *log_find(const char *message, const char *text);
bool module_exists(const char *name);
long module_section_size(const char *name, const char *section);
int module_load(const char *name, const char *parameters);
int module_unload(const char *name);
int module_run(const char *name, const char *parameters, log_fn each);

#endif

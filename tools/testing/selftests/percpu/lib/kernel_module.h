/* SPDX-License-Identifier: GPL-2.0-only */
/* Modules of the kernel, some of which are tests and say in the log how they went. */
#ifndef KERNEL_MODULE_H
#define KERNEL_MODULE_H

#include <stdbool.h>

#include "kernel_log.h"

#define MODULE_DIR	"/lib/modules"

bool module_exists(const char *name);
long module_section_size(const char *name, const char *section);
int module_load(const char *name, const char *parameters);
int module_unload(const char *name);
int module_run(const char *name, const char *parameters, log_fn each);

#endif

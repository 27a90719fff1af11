/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads what LAVA's log of a job tells of the boot. */
#ifndef LAVA_LOG_H
#define LAVA_LOG_H

#include "judge.h"

bool lava_log_read(struct boot_log *log, const char *path, const char *dir);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads what LAVA's log of a job tells of the boot. */
#ifndef LAVA_LOG_H
#define LAVA_LOG_H

#include "boot.h"

bool lava_log_read(struct boot *boot, const char *path, const char *dir);

#endif

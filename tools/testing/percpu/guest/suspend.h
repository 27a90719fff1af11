/* SPDX-License-Identifier: GPL-2.0-only */
/* Suspend to disk, without the port to which results go. */
#ifndef SUSPEND_H
#define SUSPEND_H

#define POWER	"/sys/power"

int suspend_to_disk(void);

#endif

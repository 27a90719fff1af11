/* SPDX-License-Identifier: GPL-2.0-only */
/* Which CPUs are online is the same after a test as before it, however it ends. */
#ifndef KEEP_ONLINE_H
#define KEEP_ONLINE_H

void keep_online(void);

#endif

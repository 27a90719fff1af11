/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways for the results out of a kernel that was not built for these tests. */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdio.h>

void channel_load_modules(void);
FILE *channel_open_log(void);

#endif

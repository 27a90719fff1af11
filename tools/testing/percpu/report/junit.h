/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes results as JUnit XML. */
#ifndef JUNIT_H
#define JUNIT_H

#include "saved.h"

bool junit_write(const struct runs *runs, const char *path);

#endif

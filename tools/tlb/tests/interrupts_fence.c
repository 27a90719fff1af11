// SPDX-License-Identifier: GPL-2.0-only
/*
 * As interrupts.c; the handler looks at the bitmap when it is interrupted.
 *
 * plugin: interrupts=on
 * build: -DFENCES
 * expect: would kill valid write fresh by fresh level 0 hart 0 by 0 count 1
 * expect: absorbed valid write marked by marked level 0 hart 0 by 0 count 1
 * expect: absorbed valid read touched by touched level 0 hart 0 by 0 count 1
 */
#include "interrupts.c"

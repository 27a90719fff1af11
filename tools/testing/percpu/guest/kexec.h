/* SPDX-License-Identifier: GPL-2.0-only */
/* kexec into the same kernel, or another one, with the same root file system */
#ifndef KEXEC_H
#define KEXEC_H

const char *kexec_start(const char *bootargs);
const char *kexec_crash(const char *bootargs, int cpu);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Starts the kernel of this guest anew, with its root file system. */
#ifndef KEXEC_H
#define KEXEC_H

const char *kexec_start(const char *bootargs);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Starts the same kernel once more, as a guest of this one. */
#ifndef KVM_H
#define KVM_H

const char *kvm_run(const char *machine, const char *bootargs, const char *port);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What modinfo says of a module, for the one C file of each: which build it is,
 * that it is not the C one, and with whose struct layouts it was compared.
 */
#include <linux/module.h>

MODULE_VERSION(NVMEFC_VERSION);
MODULE_INFO(impl, "rust");
#ifdef NVMEFC_ABI
MODULE_INFO(abi, NVMEFC_ABI);
#endif

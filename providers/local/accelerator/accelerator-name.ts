/** What runs the processor of a machine: the hardware, by way of Linux or of macOS, or QEMU itself. */
export type AcceleratorName = 'kvm' | 'hvf' | 'tcg';

// The launcher starts docr with it, in front of the client's arguments: docr then answers as docker-credential-docr does.
// It is an argument and no variable, because the programs that docr starts would inherit a variable.
export const HELPER_FLAG = "--as-helper";

// docr starts another program through the launcher with it: the kernel then kills that program when docr ends, however that
// happens. docr's process id, the program's path and its arguments follow.
export const TETHER_FLAG = "--ends-with";

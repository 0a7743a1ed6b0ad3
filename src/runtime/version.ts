// The library's version, written into models and results; a test keeps it equal to package.json's.
export const VERSION = '0.1.0';

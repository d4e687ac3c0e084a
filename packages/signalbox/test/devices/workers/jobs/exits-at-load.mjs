/** A module that ends every thread that loads it. */
process.exit(3);

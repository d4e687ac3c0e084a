#!/usr/bin/env node
// Not the built file itself: npm links a workspace's commands when it installs, which is before anything is built.
import "../dist/main.js";

#!/bin/sh
# Makes what is missing in docker/secrets: random keys, and the bots' tokens out of .env. What is there stays.
# The folder is private to you. The files in it are readable, since each container reads its own as a user of its own.
set -eu
cd "$(dirname "$0")/secrets"
chmod 700 .
umask 077

keep() { # keep NAME [MODE]: standard input becomes the file, whole or not at all
  if [ -s "$1" ]; then return; fi
  cat >".$1.new"
  chmod "${2:-444}" ".$1.new"
  mv -f ".$1.new" "$1"
  if [ -s "$1" ]; then echo "made docker/secrets/$1"; else echo "docker/secrets/$1 is empty: put the token there to have that bot"; fi
}

told() { # told NAME: its value in .env, if there is one
  if [ -r ../../.env ]; then sed -n "s/^$1=//p" ../../.env | tail -n 1 | tr -d "\"'"; fi
}

for key in hash_key master_key; do head -c 32 /dev/urandom | base64 | keep $key; done
for word in database_password inference_token; do od -An -tx1 -N24 /dev/urandom | tr -d ' \n' | keep $word; done
# Tokens change, and are written by hand; the keys never do.
told DISCORD_TOKEN | keep discord_token 644
told TELEGRAM_TOKEN | keep telegram_token 644
echo "Back up hash_key and master_key, apart from the database: without them no kept face can be read."

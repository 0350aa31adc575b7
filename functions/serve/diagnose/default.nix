# Makes the script runnable with nothing but Nix: no nixpkgs, no shell in the build, on any system, sandbox on or off.
#     nix shell -f MIRROR/diagnose-cache.tar.gz -c diagnose-cache
#     $(nix-build --no-out-link MIRROR/diagnose-cache.tar.gz)/bin/diagnose-cache
# builtin:buildenv is what builds the user environments of nix-env, so every Nix since 2.2 has it. No function, because
# `nix run -f` of Nix 2.4 to 2.8 calls none.
let
  package =
    derivation {
      name = "diagnose-cache";
      system = "builtin";
      builder = "builtin:buildenv";
      derivations = [ "true" 5 1 ./pkg ]; # active, priority, how many outputs, the outputs
      manifest = ./default.nix;
      preferLocalBuild = true;
      allowSubstitutes = false; # no cache is asked for it: the one in question may be down
    }
    // {
      meta.mainProgram = "diagnose-cache";
    };
in
package
// {
  diagnose-cache = package;
  default = package;
}

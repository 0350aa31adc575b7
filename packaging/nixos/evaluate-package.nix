# The package, evaluated by as much of nixpkgs as it uses: what npm is given, as JSON. For tests, where there is no nixpkgs.
#     nix-instantiate --eval --strict --json packaging/nixos/evaluate-package.nix
let
  made = import ./package.nix {
    lib = {
      inherit (builtins) mapAttrs;
      filterAttrs = keep: set: builtins.removeAttrs set (builtins.filter (name: !(keep name set.${name})) (builtins.attrNames set));
      fetchers.proxyImpureEnvVars = [ ];
      licenses.mit = "MIT";
      platforms.linux = "linux";
    };
    buildNpmPackage = made: made;
    importNpmLock = { npmConfigHook = "hook"; __functor = _: given: given; };
    runCommand = name: { outputHash, ... }: command: { inherit name outputHash command; };
    cacert = "/cacert";
    makeWrapper = "/makeWrapper";
    nodejs_24 = "/node";
    src = toString ../..;
    version = "0.1.0";
  };
in
made.npmDeps

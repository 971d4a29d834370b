// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// A wallet of two owners, for tests: both sign the same hash, their signatures (r, s, v: 65 bytes each)
/// stand one after the other in the order of the owners' addresses, as in Safe (EIP-1271).
contract SafeLike {
    address public immutable first;
    address public immutable second;

    constructor(address a, address b) {
        require(a != address(0) && b != address(0) && a != b, "two owners");
        (first, second) = a < b ? (a, b) : (b, a);
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        require(signature.length == 130, "two signatures");
        require(signer(hash, signature[:65]) == first, "first owner");
        require(signer(hash, signature[65:]) == second, "second owner");
        return this.isValidSignature.selector;
    }

    function signer(bytes32 hash, bytes calldata signature) private pure returns (address) {
        bytes32 r = bytes32(signature[:32]);
        bytes32 s = bytes32(signature[32:64]);
        return ecrecover(hash, uint8(signature[64]), r, s);
    }
}

/// Says yes after as much work as the check of a passkey without a precompile.
contract CostlyWallet {
    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        uint256 before = gasleft();
        while (before - gasleft() < 500_000) {}
        return this.isValidSignature.selector;
    }
}

/// Deploys a `SafeLike` at an address known beforehand (CREATE2). A second deployment of the same wallet
/// fails and burns its gas, as it does in factories that do not look first.
contract SafeLikeFactory {
    event Deployed(address wallet);

    function deploy(address a, address b, bytes32 salt) external returns (address wallet) {
        wallet = address(new SafeLike{salt: salt}(a, b));
        emit Deployed(wallet);
    }

    function predict(address a, address b, bytes32 salt) external view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(SafeLike).creationCode, abi.encode(a, b)));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, code)))));
    }
}

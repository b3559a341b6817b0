//! The gateway on a Nucleo-H743ZI or -H743ZI2: STM32H743ZI with Ethernet over RMII, and a generator
//! of random numbers.
#![no_std]
#![no_main]

use defmt_rtt as _;
use panic_probe as _;

use embassy_executor::Spawner;
use embassy_net::{Runner, Stack};
use embassy_stm32::eth::{Ethernet, GenericPhy, PacketQueue, Sma};
use embassy_stm32::gpio::{Level, Output, Speed};
use embassy_stm32::peripherals::{ETH, ETH_SMA, IWDG1, RNG};
use embassy_stm32::rng::Rng;
use embassy_stm32::wdg::IndependentWatchdog;
use embassy_stm32::{bind_interrupts, eth, rcc, rng, uid};
use embassy_time::{Duration, Timer};
use snow_token_boards::lights::{LightSignal, Lights, Pattern, blink};
use snow_token_boards::provisioning::{config_page, mac_address};
use snow_token_gateway::Memory;
use snow_token_gateway::config::{Config, DECODED_LEN};
use snow_token_gateway::demo;
use snow_token_gateway::embassy_network::{self, EmbassyNetwork, NetworkMemory, stack_config};
use snow_token_gateway::tls::Buffers;
use static_cell::{ConstStaticCell, StaticCell};

type Phy = GenericPhy<Sma<'static, ETH_SMA>>;
type Device = Ethernet<'static, ETH, Phy>;
/// Frames that wait to be sent, and frames that came in: a window of TCP is three of these.
type Packets = PacketQueue<2, 4>;

/// Longer than any handshake, which keeps the processor to itself.
const WATCHDOG: Duration = Duration::from_secs(16);
const PET: Duration = Duration::from_secs(2);

bind_interrupts!(struct Irqs {
    ETH => eth::InterruptHandler;
    RNG => rng::InterruptHandler<RNG>;
});

// Made in place, for there is not enough stack to move them.
static PACKETS: ConstStaticCell<Packets> = ConstStaticCell::new(Packets::new());
static MEMORY: ConstStaticCell<Memory<{ Buffers::READ_LEN }>> = ConstStaticCell::new(Memory::new());
static DECODED: ConstStaticCell<[u8; DECODED_LEN]> = ConstStaticCell::new([0; DECODED_LEN]);
static CONFIG: StaticCell<Config<'static>> = StaticCell::new();
static NETWORK_MEMORY: ConstStaticCell<NetworkMemory> = ConstStaticCell::new(NetworkMemory::new());
static LIGHTS: LightSignal = LightSignal::new();

/// 400 MHz from the internal oscillator; the crystal of the board is an option that not all have.
fn clocks() -> embassy_stm32::Config {
    let mut config = embassy_stm32::Config::default();
    config.rcc.hsi = Some(rcc::HSIPrescaler::DIV1);
    config.rcc.csi = true;
    // Of the random numbers.
    config.rcc.hsi48 = Some(rcc::Hsi48Config::default());
    config.rcc.pll1 = Some(rcc::Pll {
        source: rcc::PllSource::HSI,
        prediv: rcc::PllPreDiv::DIV4,
        mul: rcc::PllMul::MUL50,
        fracn: None,
        divp: Some(rcc::PllDiv::DIV2),
        divq: None,
        divr: None,
    });
    config.rcc.sys = rcc::Sysclk::PLL1_P;
    config.rcc.ahb_pre = rcc::AHBPrescaler::DIV2;
    config.rcc.apb1_pre = rcc::APBPrescaler::DIV2;
    config.rcc.apb2_pre = rcc::APBPrescaler::DIV2;
    config.rcc.apb3_pre = rcc::APBPrescaler::DIV2;
    config.rcc.apb4_pre = rcc::APBPrescaler::DIV2;
    config.rcc.voltage_scale = rcc::VoltageScale::Scale1;
    config
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let p = embassy_stm32::init(clocks());
    // First of all: what hangs from here on is reset.
    let mut watchdog = IndependentWatchdog::new(p.IWDG1, WATCHDOG.as_micros() as u32);
    watchdog.unleash();
    spawner.spawn(defmt::unwrap!(pet_watchdog(watchdog)));

    if let Some(mut core) = cortex_m::Peripherals::take() {
        // Flash is slower than the core. Data are not cached, for the Ethernet controller reads and
        // writes them as well.
        core.SCB.enable_icache();
    }
    let green = Output::new(p.PB0, Level::Low, Speed::Low);
    let red = Output::new(p.PB14, Level::Low, Speed::Low);
    spawner.spawn(defmt::unwrap!(run_lights(green, red)));

    let config = match Config::parse(config_page(), DECODED.take()) {
        Ok(config) => CONFIG.init(config),
        Err(error) => {
            defmt::error!("{}", error);
            LIGHTS.signal(Pattern::NO_CONFIG);
            return;
        }
    };

    let mut rng = Rng::new(p.RNG, Irqs);
    let device = Ethernet::new(
        PACKETS.take(),
        p.ETH,
        Irqs,
        p.PA1,
        p.PA7,
        p.PC4,
        p.PC5,
        p.PG13,
        p.PB13,
        p.PG11,
        mac_address(&uid::uid()),
        p.ETH_SMA,
        p.PA2,
        p.PC1,
    );
    let memory = NETWORK_MEMORY.take();
    let (stack, runner) = embassy_net::new(
        device,
        stack_config(config.address),
        &mut memory.stack,
        rng.next_u64(),
    );
    let mut seed = [0; 16];
    rng.fill_bytes(&mut seed);
    let network = EmbassyNetwork::new(stack, &mut memory.connection, seed);

    spawner.spawn(defmt::unwrap!(run_stack(runner)));
    spawner.spawn(defmt::unwrap!(tell_address(stack)));
    spawner.spawn(defmt::unwrap!(run_gateway(network, rng, config)));
}

#[embassy_executor::task]
async fn pet_watchdog(mut watchdog: IndependentWatchdog<'static, IWDG1>) -> ! {
    loop {
        watchdog.pet();
        Timer::after(PET).await;
    }
}

#[embassy_executor::task]
async fn run_lights(mut green: Output<'static>, mut red: Output<'static>) -> ! {
    blink(&LIGHTS, |is_green, is_red| {
        green.set_level(is_green.into());
        red.set_level(is_red.into());
    })
    .await
}

#[embassy_executor::task]
async fn run_stack(mut runner: Runner<'static, Device>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn tell_address(stack: Stack<'static>) -> ! {
    embassy_network::tell_address(stack).await
}

#[embassy_executor::task]
async fn run_gateway(
    network: EmbassyNetwork<'static>,
    rng: Rng<'static, RNG>,
    config: &'static Config<'static>,
) -> ! {
    demo::run(&network, rng, Lights(&LIGHTS), config, MEMORY.take()).await
}
